import type { Role, Standing } from '../../core/events.ts';

/** Who calls, once the key, the certificate and the enrolment have been found to belong together. */
export interface Caller {
  readonly id: string;
  readonly did: string;
  readonly name: string;
  readonly role: Role;
  readonly standing: Standing;
}

/** The enrolled, by key. Asked on every call, so that a change of standing holds from the next one on. */
export type Directory = (did: string) => Caller | undefined;
