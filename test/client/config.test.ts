import { describe, expect, it } from 'vitest';
import { CONFIG_TEMPLATE, parseConfig, requireData, withData } from '../../client/config.ts';
import { refusalOf } from '../support/refusal-of.ts';

describe('client.yaml', () => {
  it('has defaults for everything but the data', () => {
    const config = parseConfig(CONFIG_TEMPLATE, '/home');
    expect(config).toMatchObject({
      keepModels: 3,
      logLevel: 'info',
      policy: { train: true, onBadRow: 'refuse' },
    });
    expect(refusalOf(() => requireData(config)).facts.path).toBe('data.file');
  });

  it('takes relative paths from its own folder', () => {
    const { data } = parseConfig('data: { file: events.csv, incidents: /srv/known.csv }', '/home/a');
    expect(data).toMatchObject({ file: '/home/a/events.csv', incidents: '/srv/known.csv' });
  });

  it('names every error with its path, all of them at once', () => {
    const text =
      'data: { file: "", label: { column: y, normal: [] } }\npolicy: { maxRow: 3 }\nlogLevel: loud\n';
    const { code, message } = refusalOf(() => parseConfig(text, '/home'));
    expect(code).toBe('config_invalid');
    for (const path of ['data.file', 'data.label.normal', 'policy', 'logLevel'])
      expect(message).toContain(path);
  });

  it('refuses what is not YAML, and a label without a header', () => {
    expect(refusalOf(() => parseConfig('data: [', '/home')).code).toBe('config_invalid');
    const text = 'data: { file: a.csv, header: false, label: { column: y, normal: [a] } }';
    expect(refusalOf(() => parseConfig(text, '/home')).message).toContain('data.label');
  });

  it('keeps what the site wrote when the data section is set', () => {
    const text = withData('# ours\npolicy: { minRows: 7 } # agreed\ndata: { file: old.csv }\n', {
      file: '/new.csv',
    });
    expect(text).toContain('# agreed');
    expect(parseConfig(text, '/home')).toMatchObject({ policy: { minRows: 7 }, data: { file: '/new.csv' } });
  });
});
