/** The operator's commands as programs: what they do when a name is wrong or a run is over, and what they tell people. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { asOperator, CONTROL } from '../../coordinator/cli/connect.ts';
import { coordinatorCommand } from '../support/coordinator-process.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { changeStanding, memberOf } from '../support/small-consortium.ts';
import { laySiege, type Siege } from './besieged-round.ts';

let siege: Siege;
beforeAll(async () => {
  siege = await laySiege();
});
afterAll(() => siege.end());

function operator(...args: readonly string[]) {
  return coordinatorCommand(...args, '--home', siege.consortium.home);
}

async function standingOf(name: string): Promise<string | undefined> {
  return (await memberOf(siege.consortium, name))?.standing;
}

describe('before the first run', () => {
  it('`rounds show` says that there is no round, in words', async () => {
    const { code, stderr } = await operator('rounds', 'show', '1');
    expect(code).toBe(1);
    expect(stderr).toContain('there is no round 1: none was opened yet');
  });

  it('`rounds watch --until-idle` ends, and says that there was none', async () => {
    const exit = await operator('rounds', 'watch', '--until-idle');
    expect(exit).toMatchObject({ code: 0, stdout: '', stderr: 'no run was opened yet\n' });
  });

  it('`rounds verify` takes rounds or --all, not both', async () => {
    const exit = await operator('rounds', 'verify', '--all', '3');
    expect(exit).toMatchObject({ code: 2, stdout: '' });
    expect(exit.stderr).toContain('not both');
  });
});

describe('where no coordinator listens', () => {
  it('a command gives up after a few seconds', async () => {
    const nobody = { home: siege.consortium.home, endpoint: '127.0.0.1:1' };
    // A clock on which 6 s pass between any two looks, so that how long this takes decides nothing.
    let clockMs = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      clockMs += 6_000;
      return clockMs;
    });
    try {
      const list = () => asOperator(nobody, (connection) => connection.unary(CONTROL.Members, {}));
      expect((await refusalOfAsync(list)).code).toBe('unavailable');
      // One look at the beginning, one for the time left, one when it has failed.
      expect(clock).toHaveBeenCalledTimes(3);
    } finally {
      clock.mockRestore();
    }
  });
});

describe('a change of several standings', () => {
  it.each([[[]], [['--json']]])('changes nobody when one is unknown %j', async (flags) => {
    const exit = await operator('members', 'quarantine', 'ada', 'nobody', ...flags);
    expect(exit).toMatchObject({ code: 1, stdout: '' });
    expect(exit.stderr).toContain('member_unknown');
    expect(await standingOf('ada')).toBe('active');
  });

  it.each([
    ['people', [], (stdout: string) => stdout.trim().split('\n')],
    [
      'machines',
      ['--json'],
      (stdout: string) => {
        const changed = JSON.parse(stdout) as { member: string; standing: string }[];
        return changed.map(({ member, standing }) => `${member} is ${standing}`);
      },
    ],
  ] as const)('tells %s what was done before another refusal', async (_who, flags, told) => {
    await changeStanding(siege.consortium, 'bob', 'suspend');
    const { code, stdout, stderr } = await operator('members', 'quarantine', 'ada', 'bob', 'cyd', ...flags);
    expect(code).toBe(1);
    expect(told(stdout)).toEqual(['ada is quarantined']);
    expect(stderr).toContain('standing_conflict');
    expect(await standingOf('cyd')).toBe('active');
    await changeStanding(siege.consortium, 'ada', 'release');
    await changeStanding(siege.consortium, 'bob', 'reinstate');
  });
});

describe('a name given twice', () => {
  it('is changed once', async () => {
    const { code, stdout } = await operator('members', 'suspend', 'ada', 'bob', 'ada');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ada is suspended\nbob is suspended\n' });
    for (const name of ['ada', 'bob']) await changeStanding(siege.consortium, name, 'reinstate');
  });
});

describe('`members undo`', () => {
  it('says what it took back', async () => {
    const { stdout } = await operator('members', 'undo', 'cyd');
    expect(stdout).toMatch(/^cyd is pending; took back: pending → active by olga, \d{4}-[^ ]*Z\n$/);
    await changeStanding(siege.consortium, 'cyd', 'undo');
    expect(await standingOf('cyd')).toBe('active');
  });
});

describe('a run that is over', () => {
  let round = 0;
  beforeAll(async () => {
    await changeStanding(siege.consortium, 'eve', 'quarantine');
    const detail = await siege.round(async (plan) => {
      await siege.eve.takePart(plan);
    });
    round = detail.round?.round ?? 0;
    await changeStanding(siege.consortium, 'eve', 'release');
  });

  it('is printed to its end, and no further, by `rounds watch --until-idle`', async () => {
    const { code, stdout } = await operator('rounds', 'watch', '--until-idle');
    const lines = stdout.trim().split('\n');
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/run-1 opened by olga/);
    expect(lines.at(-1)).toMatch(/run-1 aborted/);
    expect(stdout).toContain(`round ${round}: eve in shadow: would pass`);
  });

  it('is printed so for machines too', async () => {
    const { stdout } = await operator('rounds', 'watch', '--until-idle', '--json');
    const types = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types[0]).toBe('run_opened');
    expect(types.at(-1)).toBe('run_aborted');
  });

  it('has rounds whose table names seats in shadow, and fits a terminal', async () => {
    const { stdout } = await operator('rounds', 'show', String(round));
    expect(stdout).toMatch(/^eve +in shadow: would pass /m);
    expect(stdout).toMatch(/^ada +accept /m);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('has updates of which only digests may be shortened', async () => {
    const { code, stderr } = await operator('rounds', 'show', String(round), '--update', 'ev');
    expect(code).toBe(1);
    expect(stderr).toContain('only a digest may be shortened, to no less than 4 characters');
    expect(stderr).toContain('eve');
  });
});
