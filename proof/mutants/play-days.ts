// Run in a lane: `play-days FROM SEEDS` plays one seed after the other, up to the first that finds something, and prints that.
import { playSeed } from '../sim/played-seed.js';

const DAYS = 60;

const [from, seeds] = process.argv.slice(2).map(Number);
if (from === undefined || seeds === undefined) throw new Error('play-days wants the first seed and how many');
let found: string | null = null;
for (let seed = from; seed < from + seeds && found === null; seed += 1) {
  const { findings, figures } = await playSeed(seed, DAYS);
  const [finding] = findings;
  // A run that fell over has found nothing.
  if (figures === null) throw new Error(finding?.text ?? `seed ${seed} fell over`);
  if (finding !== undefined) found = `${finding.kind}: ${finding.about} ${finding.text} (seed ${seed})`;
}
process.stdout.write(`${JSON.stringify({ found })}\n`);
