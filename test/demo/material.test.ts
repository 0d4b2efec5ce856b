import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cutTest, organisationsIn } from '../../examples/demo/material.ts';
import { type DataFolder, dataFolder } from '../support/data-folder.ts';
import { refusalOf } from '../support/refusal-of.ts';

const folders: DataFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function folderWith(files: Readonly<Record<string, string>>): DataFolder {
  const folder = dataFolder();
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) folder.write(name, content);
  return folder;
}

describe('the organisations of a data folder', () => {
  it('are the files with rows to learn from, each with its incidents if it has any', () => {
    const { path } = folderWith({
      'b.csv': '',
      'a.csv': '',
      'a.incidents.csv': '',
      'test.csv': '',
      'canary.csv': '',
      'notes.txt': '',
    });
    expect(organisationsIn(path, undefined)).toEqual([
      { name: 'a', file: join(path, 'a.csv'), incidents: join(path, 'a.incidents.csv') },
      { name: 'b', file: join(path, 'b.csv'), incidents: undefined },
    ]);
    expect(organisationsIn(path, 1).map(({ name }) => name)).toEqual(['a']);
  });

  it('are refused when there are none, or fewer than asked for', () => {
    expect(refusalOf(() => organisationsIn('/nowhere', undefined)).code).toBe('data_missing');
    expect(refusalOf(() => organisationsIn(folderWith({ 'test.csv': '' }).path, undefined)).code).toBe(
      'data_missing',
    );
    expect(refusalOf(() => organisationsIn(folderWith({ 'a.csv': '' }).path, 2)).message).toContain(
      '--clients 2',
    );
  });
});

describe('the test rows', () => {
  const TEST =
    'org,x,service,label,category,attack\na,1,web,normal,normal,0\nz,2,"mail, old",smurf,dos,1\na,3,web,nmap,probe,1\n';

  it('go to their organisation without what tells what they are; those of nobody here go to the last', () => {
    const { path } = folderWith({ 'test.csv': TEST });
    const slices = cutTest(path, ['a', 'b'], 'rest', (owner) => join(path, `${owner}.slice`));
    expect(slices.map(({ owner }) => owner)).toEqual(['a', 'rest']);
    expect(readFileSync(join(path, 'a.slice'), 'utf8').trimEnd()).toBe('x,service\n1,web\n3,web');
    expect(readFileSync(join(path, 'rest.slice'), 'utf8').trimEnd()).toBe('x,service\n2,"mail, old"');
    expect(slices[0]?.rows).toEqual([
      { label: 'normal', attack: false },
      { label: 'nmap', attack: true },
    ]);
  });

  it('are refused without the column that says whose they are', () => {
    const { path } = folderWith({ 'test.csv': 'x,label,attack\n1,normal,0\n' });
    expect(refusalOf(() => cutTest(path, ['a'], 'rest', () => '')).code).toBe('data_columns');
  });
});
