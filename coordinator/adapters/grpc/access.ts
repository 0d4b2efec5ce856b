/** Who may call what, and for how long: the one table. A method that is not in it cannot be called. */
import { MAX_CALL_MS, MAX_FOLLOW_CALL_MS, MAX_TRANSFER_CALL_MS } from '../../../shared/wire/limits.ts';
import { CONTROL, ENROLMENT, MODELS, PARTICIPATION, TRANSFER } from '../../../shared/wire/protocol.ts';
import type { Role, Standing } from '../../core/events.ts';

export interface Access {
  /**
   * `anyone`: no key. `any-key`: a request token of any key, enrolled or not. `enrolled`: a token, a certificate of
   * the same party, and a role and standing from the lists.
   */
  readonly who: 'anyone' | 'any-key' | 'enrolled';
  readonly roles: readonly Role[];
  readonly standings: readonly Standing[];
  /** Longest life of a call, in milliseconds. */
  readonly maxMs: number;
}

const ANYONE: Access = { who: 'anyone', roles: [], standings: [], maxMs: MAX_CALL_MS };
const ANY_KEY: Access = { who: 'any-key', roles: [], standings: [], maxMs: MAX_CALL_MS };

/** A quarantined member goes on taking part; its updates are judged, and kept out of the model by its standing. */
const TAKING_PART: readonly Standing[] = ['active', 'quarantined'];
/** Whoever waits for approval or is suspended may still learn so. */
const NOT_REVOKED: readonly Standing[] = ['pending', 'active', 'suspended', 'quarantined'];
const EVERY_ROLE: readonly Role[] = ['member', 'integrator', 'operator'];

function enrolled(roles: readonly Role[], standings: readonly Standing[], maxMs = MAX_CALL_MS): Access {
  return { who: 'enrolled', roles, standings, maxMs };
}

const TABLE: Readonly<Record<string, Access>> = {
  [ENROLMENT.Join.path]: ANY_KEY,
  [ENROLMENT.Renew.path]: ANY_KEY,

  [PARTICIPATION.Follow.path]: enrolled(['member'], NOT_REVOKED, MAX_FOLLOW_CALL_MS),
  [PARTICIPATION.Report.path]: enrolled(['member'], NOT_REVOKED),
  [PARTICIPATION.Verdicts.path]: enrolled(['member'], NOT_REVOKED),
  [PARTICIPATION.Progress.path]: enrolled(['member'], TAKING_PART),
  [PARTICIPATION.Submit.path]: enrolled(['member'], TAKING_PART),
  [PARTICIPATION.Vote.path]: enrolled(['member'], ['active']),
  [PARTICIPATION.OwnEvidence.path]: enrolled(['member'], NOT_REVOKED),
  [PARTICIPATION.Standing.path]: enrolled(['member'], NOT_REVOKED),
  [PARTICIPATION.Appeal.path]: enrolled(['member'], NOT_REVOKED),

  [TRANSFER.Stat.path]: enrolled(['member'], TAKING_PART),
  [TRANSFER.Put.path]: enrolled(['member'], TAKING_PART, MAX_TRANSFER_CALL_MS),
  [TRANSFER.Get.path]: enrolled(EVERY_ROLE, TAKING_PART, MAX_TRANSFER_CALL_MS),

  [MODELS.List.path]: enrolled(EVERY_ROLE, TAKING_PART),
  [MODELS.Get.path]: enrolled(EVERY_ROLE, TAKING_PART),
  [MODELS.Head.path]: enrolled(EVERY_ROLE, TAKING_PART),

  [CONTROL.Invite.path]: enrolled(['operator'], ['active']),
  [CONTROL.Members.path]: enrolled(['operator'], ['active']),
  [CONTROL.ChangeStanding.path]: enrolled(['operator'], ['active']),
  [CONTROL.Automation.path]: enrolled(['operator'], ['active']),
  [CONTROL.OpenRun.path]: enrolled(['operator'], ['active']),
  [CONTROL.AbortRun.path]: enrolled(['operator'], ['active']),
  [CONTROL.Rounds.path]: enrolled(['operator'], ['active']),
  [CONTROL.Round.path]: enrolled(['operator'], ['active']),
  [CONTROL.Evidence.path]: enrolled(['operator'], ['active']),
  [CONTROL.ModelVersions.path]: enrolled(['operator'], ['active']),
  [CONTROL.DecideCandidate.path]: enrolled(['operator'], ['active']),
  [CONTROL.Rollback.path]: enrolled(['operator'], ['active']),
  [CONTROL.Watch.path]: enrolled(['operator'], ['active'], MAX_FOLLOW_CALL_MS),

  '/grpc.health.v1.Health/Check': ANYONE,
  '/grpc.health.v1.Health/List': ANYONE,
  '/grpc.health.v1.Health/Watch': ANYONE,
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo': ANYONE,
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo': ANYONE,
};

/** Undefined for a method nobody may call. */
export function accessTo(method: string): Access | undefined {
  return Object.hasOwn(TABLE, method) ? TABLE[method] : undefined;
}
