/** The two services every gRPC tool asks for: is it up, and what does it speak. Open to anyone, and say nothing else. */
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { PACKAGE, SERVICES } from '../../../shared/wire/protocol.ts';

export interface Health {
  setServing(serving: boolean): void;
}

export function addHealthAndReflection(server: Server): Health {
  const health = new HealthImplementation();
  // Both packages describe the server they add to by a type of their own.
  health.addToServer(server as unknown as Parameters<HealthImplementation['addToServer']>[0]);
  new ReflectionService(PACKAGE).addToServer(server);
  const setServing = (serving: boolean): void => {
    for (const service of ['', ...Object.keys(SERVICES)]) {
      health.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING');
    }
  };
  setServing(true);
  return { setServing };
}
