import { viewer } from "../api/tokens.ts";
import { homeList, newTweets, showNew } from "../feed/live-home.ts";
import { VirtualList } from "../feed/virtual-list.tsx";
import { Composer } from "../tweet/composer.tsx";
import { TweetCard } from "../tweet/tweet-card.tsx";
import { PageHead } from "../ui/page-head.tsx";

/** Home for whoever is signed in; for others, what this is. */
export function HomePage() {
  return viewer.value === null ? <Welcome /> : <Home />;
}

function Home() {
  const list = homeList.value;
  return (
    <>
      <PageHead title="Home" />
      <section class="home-composer" aria-label="New tweet">
        <Composer draft={{}} label="Tweet text" placeholder="What is happening?" action="Post" />
      </section>
      <NewTweetsPill />
      <VirtualList
        list={list}
        label="Home timeline"
        render={(key, index) => <TweetCard key={key} id={key} position={index + 1} />}
        empty={<EmptyHome />}
      />
    </>
  );
}

/** How many tweets came since; they show when the reader wants them, so that nothing jumps. */
function NewTweetsPill() {
  const count = newTweets.value.length;
  return (
    <div class="pill-place" role="status">
      {count > 0 && (
        <button type="button" class="pill" onClick={() => showNew()}>
          {count === 1 ? "1 new tweet" : `${count >= 100 ? "100+" : count} new tweets`}
        </button>
      )}
    </div>
  );
}

function EmptyHome() {
  return (
    <>
      <h2>Nothing here yet</h2>
      <p>Follow people, and what they write shows here. Or write something yourself.</p>
    </>
  );
}

function Welcome() {
  return (
    <section class="welcome">
      <img src="/favicon.svg" alt="" width="88" height="88" />
      <h1 tabIndex={-1}>Short messages, as they happen</h1>
      <p>Dunlin shows you what the people you follow write: newest first, nothing put in between.</p>
      <p class="row">
        <a class="button primary large" href="/signup">
          Sign up
        </a>
        <a class="button large" href="/login">
          Log in
        </a>
      </p>
      <p class="small">
        Building something? There is an <a href="/docs">API</a> for everything you see here.
      </p>
    </section>
  );
}
