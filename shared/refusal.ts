/** A named refusal. The catalogue of them all is beside this file. */
import { REFUSALS, type RefusalKind } from './refusal-catalogue.ts';

export { REFUSALS, type RefusalKind };

export type RefusalCode = keyof typeof REFUSALS;

/** Facts behind a refusal: the value seen, the bound, and whatever else locates it. */
export type RefusalFacts = Readonly<Record<string, string | number | boolean>>;

/** A named refusal. `message` says what was wrong, the value seen and the bound; `resolve` what to do. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly facts: RefusalFacts;

  constructor(code: RefusalCode, message: string, facts: RefusalFacts = {}) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.facts = facts;
  }

  get kind(): RefusalKind {
    return REFUSALS[this.code].kind;
  }

  get resolve(): string {
    return REFUSALS[this.code].resolve;
  }

  toJSON(): { code: RefusalCode; message: string; facts: RefusalFacts; resolve: string } {
    return { code: this.code, message: this.message, facts: this.facts, resolve: this.resolve };
  }
}

export function isRefusalCode(text: string): text is RefusalCode {
  return Object.hasOwn(REFUSALS, text);
}
