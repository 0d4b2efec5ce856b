/** A round with three honest members and a hostile one, over real TLS. */
import type { RoundPlan } from '../../client/ports/coordinator.ts';
import { serve } from '../../coordinator/compose.ts';
import type { RoundDetail } from '../../shared/wire/generated/vedette/v1/RoundDetail.ts';
import { HandDrivenMember } from '../support/hand-driven-member.ts';
import {
  abortRun,
  type Consortium,
  definition,
  enrolMembers,
  foundConsortium,
  openRun,
  roundOf,
  roundsOf,
} from '../support/small-consortium.ts';
import { storageFolder } from '../support/storage-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const HONEST = ['ada', 'bob', 'cyd'];
/** The most samples that the hostile member is enrolled for. */
export const EVES_BOUND = 500;

export interface Siege {
  readonly consortium: Consortium;
  readonly eve: HandDrivenMember;
  readonly honest: readonly HandDrivenMember[];
  /** Opens a run and gives its first round's plan to `attack`; then the honest take part and the round ends. */
  round(attack: (plan: RoundPlan) => Promise<void>): Promise<RoundDetail>;
  end(): Promise<void>;
}

/** `changes`: of the federation file. */
export async function laySiege(changes: Record<string, unknown> = {}): Promise<Siege> {
  const folder = storageFolder();
  const founded = await foundConsortium(
    folder.path,
    definition({ rounds: { min: 3, openFor: '120s', grace: '100ms', idle: '100ms' }, ...changes }),
  );
  const coordinator = await serve(founded.home, { log: 'silent' });
  const enrolled = await enrolMembers(founded, HONEST);
  const consortium = await enrolMembers(enrolled, ['eve'], { maxSamples: EVES_BOUND });
  const honest: HandDrivenMember[] = [];
  for (const name of HONEST) honest.push(await HandDrivenMember.of(consortium, name));
  const eve = await HandDrivenMember.of(consortium, 'eve');
  let newest = 0;
  return {
    consortium,
    eve,
    honest,
    async round(attack) {
      await openRun(consortium);
      const plan = await eve.plan(newest);
      newest = plan.round;
      try {
        await attack(plan);
        for (const member of honest) await member.takePart(await member.plan(newest - 1));
        return await waitFor(async () => {
          const seen = await roundOf(consortium, plan.round);
          return seen.round?.outcome === 'open' ? undefined : seen;
        });
      } finally {
        await abortRun(consortium);
        newest = (await roundsOf(consortium)).rounds.at(-1)?.round ?? newest;
      }
    },
    async end() {
      for (const member of [...honest, eve]) await member.close();
      await coordinator.stop();
      folder.remove();
    },
  };
}
