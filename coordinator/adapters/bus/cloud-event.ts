/** Journal entries as CloudEvents 1.0 (github.com/cloudevents/spec, JSON event format, structured mode). */
import type { Entry } from '../../ports/journal.ts';

export interface CloudEvent {
  readonly specversion: '1.0';
  /** The journal index: with `source` it names the event for ever, so a repeated message can be told from a new one. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The member the event is about, else the round. */
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data?: unknown;
  /** Claim check extension: where the data is when it does not fit into a message. */
  readonly dataref?: string;
}

export const CLOUD_EVENT_JSON = 'application/cloudevents+json; charset=utf-8';

export function cloudEventOf(federation: string, entry: Entry): CloudEvent {
  return { ...attributesOf(federation, entry), data: entry.data };
}

/** The same event with its data left in the journal. */
export function cloudEventWithoutData(federation: string, entry: Entry): CloudEvent {
  return { ...attributesOf(federation, entry), dataref: `${sourceOf(federation)}/journal/${entry.index}` };
}

function attributesOf(federation: string, { index, type, at, data }: Entry): CloudEvent {
  const subject = subjectOf(data);
  return {
    specversion: '1.0',
    id: String(index),
    source: sourceOf(federation),
    type: `org.vedette.${type}`,
    ...(subject === undefined ? {} : { subject }),
    time: at,
    datacontenttype: 'application/json',
  };
}

function sourceOf(federation: string): string {
  return `/vedette/${federation}`;
}

function subjectOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { member, round } = data as { member?: unknown; round?: unknown };
  if (typeof member === 'string' && member !== '') return member;
  if (typeof round === 'number') return String(round);
  return undefined;
}
