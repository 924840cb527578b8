import { troubleIn } from "../support/isolate.ts";
import type { CoverageTable } from "./coverage.ts";
import type { Plan } from "./plan.ts";
import { checkAgreement, checkPollers, comeToRest } from "./rest.ts";
import { Run, type Sabotage } from "./run.ts";
import { play } from "./steps.ts";
import { countLeftPullList, readTweetTiers } from "./tables.ts";
import { releaseTheClock, stopTheClock } from "./time.ts";

/** Told with a failure: the end of what happened. */
const STORY_LINES = 80;

/** Whatever operations come, and however the queues behave: on the way and at rest the product agrees with the model. */
export async function playPlan(
  plan: Plan,
  table: CoverageTable | null,
  sabotage: Sabotage | null = null,
): Promise<void> {
  stopTheClock();
  const run = await Run.begin(plan, sabotage);
  try {
    for (const [index, step] of plan.steps.entries()) await play(run, step, index);
    run.tell("at rest");
    await comeToRest(run);
    await checkAgreement(run);
    await checkPollers(run);
    run.meetings.count("left the pull list", await countLeftPullList());
    if (table !== null) run.meetings.countInto(table, run.model, await readTweetTiers());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const story = run.story.slice(-STORY_LINES).join("\n");
    throw new Error(`${why}\n\nwhat happened:\n${story}\n${troubleIn(run.world.logs)}`, { cause: error });
  } finally {
    run.world.faults.none();
    releaseTheClock();
  }
}
