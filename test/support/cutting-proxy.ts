/** A TCP proxy that cuts: for tests of what must survive a bad line. */
import { connect, createServer, type Socket } from 'node:net';

/** Cut the connection once so many bytes have passed in one direction. */
export interface Cut {
  readonly direction: 'up' | 'down';
  readonly afterBytes: number;
}

export interface CuttingProxy {
  readonly port: number;
  /** Cuts still to come: each connection takes the next one; without any, bytes pass. */
  readonly cuts: Cut[];
  /** Connections that were cut. */
  cutSoFar(): number;
  /** Cuts all connections now. */
  cutAll(): void;
  close(): Promise<void>;
}

export async function startCuttingProxy(
  targetPort: number,
  cuts: readonly Cut[] = [],
): Promise<CuttingProxy> {
  const waiting = [...cuts];
  const pairs = new Set<readonly [Socket, Socket]>();
  let cutCount = 0;

  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    const cut = waiting.shift();
    const end = (): void => {
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    const cutNow = (): void => {
      cutCount += 1;
      near.resetAndDestroy();
      far.resetAndDestroy();
    };
    forward(near, far, cut?.direction === 'up' ? cut.afterBytes : Number.POSITIVE_INFINITY, cutNow);
    forward(far, near, cut?.direction === 'down' ? cut.afterBytes : Number.POSITIVE_INFINITY, cutNow);
    for (const socket of pair) {
      socket.on('error', end);
      socket.on('close', end);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  return {
    port: address.port,
    cuts: waiting,
    cutSoFar: () => cutCount,
    cutAll: () => {
      for (const [near, far] of pairs) {
        near.resetAndDestroy();
        far.resetAndDestroy();
      }
    },
    close: async () => {
      for (const [near, far] of pairs) {
        near.destroy();
        far.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes bytes on with backpressure, the last of them partly, and then cuts. */
function forward(from: Socket, to: Socket, bytes: number, cut: () => void): void {
  let left = bytes;
  from.on('data', (data) => {
    const passed = data.subarray(0, Math.min(data.length, left));
    left -= passed.length;
    if (!to.write(passed)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
    // Destroying drops what is still buffered, so the cut falls at this byte or a little before.
    if (left === 0) cut();
  });
  from.on('end', () => to.end());
}
