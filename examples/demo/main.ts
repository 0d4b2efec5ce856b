/** `npm run demo`: the whole of Vedette on one machine, in about a minute. */
import { runProgram, withJsonFile } from '../../shared/terminal/run-program.ts';
import { inkFor } from './ink.ts';
import { Narrator } from './narrator.ts';
import { type DemoOptions, demoProgram } from './options.ts';
import { play } from './play.ts';
import { Processes } from './processes.ts';
import { report } from './report/report.ts';
import { setStage } from './stage.ts';
import { summaryOf, writeSummary } from './summary.ts';

/** 128 + 2, as shells report an interrupt. */
const INTERRUPTED = 130;

class Interrupted extends Error {}

await runProgram(demoProgram(demonstrate), withJsonFile(process.argv));

async function demonstrate(options: DemoOptions): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = () => {
    if (interrupted.signal.aborted) process.exit(INTERRUPTED);
    interrupted.abort(new Interrupted());
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  const stage = setStage(options.keep);
  const processes = new Processes(stage.logs, interrupted.signal);
  const narrator = new Narrator(process.stderr, inkFor(process.stderr));
  try {
    const outcome = await play(options, stage, processes, narrator);
    process.stdout.write(report(outcome, inkFor(process.stdout)));
    if (options.json !== undefined) writeSummary(options.json, summaryOf(outcome));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    narrator.silence();
    process.stderr.write('interrupted; every process is stopped\n');
    process.exitCode = INTERRUPTED;
  } finally {
    narrator.silence();
    await processes.stop();
    stage.clear();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt);
  }
}
