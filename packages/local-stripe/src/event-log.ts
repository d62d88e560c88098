import { createdWithin, pageOf, type ApiCall, type Route } from './route';

export const eventRoutes: Route[] = [
  ['GET', '/v1/events', listEvents],
  ['GET', '/v1/events/:id', ({ world, id }) => world.store.events.get(id)],
];

function listEvents(call: ApiCall): object {
  const [type, types] = [call.params.text('type'), call.params.texts('types')];
  const rows = call.world.store.events
    .all()
    .filter(createdWithin(call))
    .filter((row) => (type ?? row.type) === row.type && (types?.includes(row.type) ?? true));
  return pageOf(call, '/v1/events', rows);
}
