import { effect } from "@preact/signals";
import { render } from "preact";
import { viewer } from "./api/tokens.ts";
import { App } from "./app.tsx";
import { forgetLists } from "./feed/kept-lists.ts";
import { startLiveHome } from "./feed/live-home.ts";
import { startRefreshing } from "./feed/refresh-shown.ts";
import { forgetAll } from "./state/tweets.ts";
import { listenForShortcuts } from "./ui/keyboard.ts";

let who = viewer.peek()?.id;
effect(() => {
  const id = viewer.value?.id;
  if (id === who) return;
  who = id;
  forgetAll();
  forgetLists();
});
startLiveHome();
startRefreshing();
listenForShortcuts();

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
