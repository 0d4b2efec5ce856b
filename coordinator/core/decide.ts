/** One command, judged against the state: the events that follow, or a named refusal. Pure. */
import { Refusal } from '../../shared/refusal.ts';
import type { Command } from './commands.ts';
import { type Event, event } from './events.ts';
import {
  decideAggregate,
  decideGiveUp,
  decideOpenRound,
  decideSubmit,
  decideTick,
} from './round/decide-round.ts';
import { decideScreen } from './round/decide-screen.ts';
import {
  decideCandidate,
  decideEvaluation,
  decideOperatorVerdict,
  decidePromotion,
  decideRollback,
  decideVote,
} from './run/decide-candidate.ts';
import { decideAbort, decideFailure, decideOpenRun } from './run/decide-run.ts';
import { decideFirstOperator, decideInvite, decideJoin, decideReport } from './standing/decide-members.ts';
import { decideAppeal, decideAutomation, decideStanding } from './standing/decide-standing.ts';
import type { State } from './state.ts';
import { MAX_REASON_CHARACTERS, requireShort } from './texts.ts';

export function decide(state: State, command: Command): Event[] {
  if ('by' in command && 'reason' in command) {
    requireShort('the reason', command.reason, MAX_REASON_CHARACTERS);
  }
  switch (command.type) {
    case 'found':
      if (state.federation)
        throw new Refusal('home_exists', `journal already belongs to ${state.federation.federation}`);
      return [
        event('federation_founded', {
          federation: command.federation,
          digest: command.digest,
          keys: command.keys,
        }),
      ];
    case 'enrol-operator':
      return decideFirstOperator(state, command);
    case 'issue-invite':
      return decideInvite(state, command);
    case 'join':
      return decideJoin(state, command);
    case 'record-certificate': {
      const { member, fingerprint, notAfter } = command;
      return [event('certificate_issued', { member, fingerprint, notAfter })];
    }
    case 'change-standing':
      return decideStanding(state, command);
    case 'appeal':
      return decideAppeal(state, command);
    case 'change-automation':
      return decideAutomation(state, command);
    case 'report-node':
      return decideReport(state, command);
    case 'open-run':
      return decideOpenRun(state, command);
    case 'open-round':
      return decideOpenRound(state, command);
    case 'submit':
      return decideSubmit(state, command);
    case 'tick':
      return decideTick(state, command);
    case 'screen':
      return decideScreen(state, command);
    case 'give-up-attempt':
      return decideGiveUp(state, command);
    case 'record-aggregate':
      return decideAggregate(state, command);
    case 'record-candidate':
      return decideCandidate(state, command);
    case 'vote':
      return decideVote(state, command);
    case 'evaluate':
      return decideEvaluation(state, command);
    case 'decide-candidate':
      return decideOperatorVerdict(state, command);
    case 'record-promotion':
      return decidePromotion(state, command);
    case 'roll-back':
      return decideRollback(state, command);
    case 'fail-run':
      return decideFailure(state, command);
    case 'abort-run':
      return decideAbort(state, command);
  }
}
