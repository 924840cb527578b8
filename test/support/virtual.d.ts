/** Read from the data folder by vitest.config.ts, where a test imports it; null where that folder is absent. */
declare module "virtual:real-conversations" {
  // oxlint-disable-next-line typescript/consistent-type-imports -- an ambient module cannot import by a relative name
  const conversations: readonly import("./real-conversations.ts").RealConversation[] | null;
  export default conversations;
}

declare module "virtual:real-follows" {
  // oxlint-disable-next-line typescript/consistent-type-imports -- an ambient module cannot import by a relative name
  const follows: readonly import("./real-follows.ts").RealFollow[] | null;
  export default follows;
}
