import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { makeProgram as makeClientProgram } from '../../client/cli.ts';
import { SitePolicySchema } from '../../client/data/site-policy.ts';
import { createMetrics } from '../../coordinator/adapters/metrics.ts';
import { makeProgram as makeCoordinatorProgram } from '../../coordinator/cli.ts';
import { ConfigSchema } from '../../coordinator/config.ts';
import type { EventType } from '../../coordinator/core/events.ts';
import { CRASH_POINTS } from '../../coordinator/flow/crash-points.ts';
import { SERVICES } from '../../shared/wire/protocol.ts';
import { optionsOf } from './option-paths.ts';
import { codeOf, documented, page } from './pages.ts';

/** The compiler asks for a type that is missing here. */
const EVENTS: Record<EventType, true> = {
  federation_founded: true,
  invite_issued: true,
  member_joined: true,
  certificate_issued: true,
  standing_changed: true,
  standing_recommended: true,
  appeal_lodged: true,
  automation_changed: true,
  node_reported: true,
  run_opened: true,
  round_opened: true,
  update_received: true,
  update_judged: true,
  update_withdrawn: true,
  collection_closed: true,
  cohort_screened: true,
  round_aggregated: true,
  round_abandoned: true,
  candidate_assembled: true,
  vote_received: true,
  candidate_evaluated: true,
  candidate_approved: true,
  candidate_rejected: true,
  model_promoted: true,
  model_rolled_back: true,
  run_restarted: true,
  run_failed: true,
  run_aborted: true,
};

/** `vedette-client data check`, with its options, for every command that does something. */
function commandsOf(program: Command): { name: string; flags: string[] }[] {
  const walk = (command: Command, name: string): { name: string; flags: string[] }[] => {
    const flags = command.options
      .map(({ long }) => long ?? '')
      .filter((flag) => flag !== '--version' || name !== program.name());
    const own = command.commands.length === 0 ? [{ name, flags }] : [];
    return [...own, ...command.commands.flatMap((child) => walk(child, `${name} ${child.name()}`))];
  };
  return walk(program, program.name());
}

/** The part of a page under the heading that is this command. */
function sectionOf(text: string, command: string): string {
  const [, after = ''] = text.split(`### \`${command}\`\n`);
  return after.split(/^##/m)[0] ?? '';
}

const SHARED_FLAGS = ['--home', '--json', '--profile', '--endpoint'];

describe('the reference of the journal', () => {
  it('has a row for every type of event, and for no other', () => {
    expect(documented(page('docs/reference/journal-events.md')).sort()).toEqual(Object.keys(EVENTS).sort());
  });
});

describe('the reference of the metrics', () => {
  it('has a row for every metric, and for no other', () => {
    const metrics = createMetrics();
    const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
    const own = names.filter((name) => name.startsWith('vedette_'));
    expect(documented(page('docs/reference/metrics.md')).sort()).toEqual(own.sort());
  });
});

describe('the reference of the command lines', () => {
  const text = page('docs/reference/command-line.md');
  const commands = [...commandsOf(makeCoordinatorProgram()), ...commandsOf(makeClientProgram())];

  it.each(commands)('has a section for $name', ({ name }) => {
    expect(sectionOf(text, name)).not.toBe('');
  });

  it.each(commands)('names every option of $name', ({ name, flags }) => {
    const section = sectionOf(text, name);
    expect(flags.filter((flag) => !SHARED_FLAGS.includes(flag) && !section.includes(`\`${flag}`))).toEqual(
      [],
    );
  });
});

describe('the reference of the configuration', () => {
  const text = page('docs/reference/configuration.md');

  it('names every option of the coordinator', () => {
    const rows = documented(text);
    expect(
      optionsOf(ConfigSchema)
        .map(({ path }) => path)
        .filter((path) => !rows.includes(path)),
    ).toEqual([]);
  });

  it('names every option of a site policy', () => {
    const rows = documented(text);
    const paths = optionsOf(SitePolicySchema).map(({ path }) => `policy.${path}`);
    expect(paths.filter((path) => !rows.includes(path))).toEqual([]);
  });
});

describe('the reference of the wire', () => {
  it('names every method of every service', () => {
    const code = codeOf(page('docs/reference/wire-protocol.md'));
    const methods = Object.entries(SERVICES).flatMap(([service, definition]) =>
      Object.keys(definition).map((method) => `${service.split('.').at(-1)}/${method}`),
    );
    expect(methods.filter((method) => !code.has(method))).toEqual([]);
  });
});

describe('the reference of the steps at which a coordinator may die', () => {
  it('names every label', () => {
    const code = codeOf(page('docs/explanation/a-round.md'));
    expect(CRASH_POINTS.filter((label) => !code.has(label))).toEqual([]);
  });
});
