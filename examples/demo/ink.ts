/** Sober colours: on a terminal that did not ask to be spared (https://no-color.org). */
export interface Ink {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** SGR codes of ECMA-48: bold, faint, green and yellow, with the codes that end them. */
const SGR = { strong: [1, 22], faint: [2, 22], good: [32, 39], bad: [33, 39] } as const;

export function inkFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Ink {
  const coloured = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const pen = (name: keyof typeof SGR) => (text: string) => {
    const [on, off] = SGR[name];
    return coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  };
  return { strong: pen('strong'), faint: pen('faint'), good: pen('good'), bad: pen('bad') };
}
