import { useComputed, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { ApiError, ask } from "../api/client.ts";
import { TWEETS } from "../api/asking.ts";
import { viewer } from "../api/tokens.ts";
import type { TimelineAnswer } from "../api/types.ts";
import { keptList } from "../feed/kept-lists.ts";
import type { ListPage } from "../feed/list-model.ts";
import { notePage } from "../feed/load-pages.ts";
import { VirtualList } from "../feed/virtual-list.tsx";
import type { PageProps } from "../routes.ts";
import { posted } from "../state/posting.ts";
import { referenceOf, tweetOf, userOf } from "../state/tweets.ts";
import { Composer } from "../tweet/composer.tsx";
import { TweetCard } from "../tweet/tweet-card.tsx";
import { PageHead } from "../ui/page-head.tsx";

const PAGE = 40;

/** A tweet with what it answers above it and what answers it below. */
export function ConversationPage({ params }: PageProps) {
  const id = String(BigInt(params["id"] ?? "0"));
  const list = useMemo(() => keptList(`conversation:${id}`, (token) => loadConversation(id, token)), [id]);
  const title = useTitle(id);
  useSignalEffect(() => {
    const tweet = posted.value;
    const to = tweet === null ? undefined : referenceOf(tweet, "replied_to");
    if (tweet !== null && to !== undefined && list.has(to)) list.insertAfter(to, tweet.id);
  });
  const answer = viewer.value !== null && (
    <Composer draft={{ replyTo: id }} label="Reply text" placeholder="Write your reply" action="Reply" />
  );
  const draw = (key: string, index: number) =>
    key === id ? (
      <TweetCard key={key} id={key} position={index + 1} focused below={answer} />
    ) : (
      <TweetCard key={key} id={key} position={index + 1} />
    );
  return (
    <>
      <PageHead title={title} back />
      <VirtualList list={list} label="Conversation" openAt={id} render={draw} empty="This tweet is not available." />
    </>
  );
}

function useTitle(id: string): string {
  return useComputed(() => {
    const held = tweetOf(id).value;
    const author = typeof held === "object" ? userOf(held.author_id ?? "").value : undefined;
    return author === undefined ? "Tweet" : `${author.name} on Dunlin`;
  }).value;
}

async function loadConversation(id: string, token: string | undefined): Promise<ListPage> {
  const query = { ...TWEETS, max_results: PAGE, pagination_token: token };
  try {
    return notePage(await ask<TimelineAnswer>(`/tweets/${id}/conversation`, { query }));
  } catch (error) {
    // Trying again would not bring it back.
    if (error instanceof ApiError && error.status === 404) return { keys: [] };
    throw error;
  }
}
