// How many answers a 120 ms "uh", a cough, 150 ms of noise or "mm-hm" end, and how soon they go on.
//   npm run bench -- killed-answers [sounds] [--own | --incumbent] [--json]
import { killedAnswers, killedAnswersEmbedded } from "./src/figures/killed-answers.ts";
import { run } from "./src/run.ts";

await run(process.argv.slice(2), [killedAnswers, killedAnswersEmbedded]);
