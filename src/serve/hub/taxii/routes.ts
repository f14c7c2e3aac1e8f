/** The endpoints of TAXII 2.1 (section 1.6.5). */
import type { Call, Reply, Route } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { add, status } from './add.ts';
import { parametersOf } from './filters.ts';
import { apiRoot, collection, collections, discovery } from './information.ts';
import { manifest, object, objects, versions } from './pages.ts';
import { remove } from './remove.ts';
import * as schemas from './schemas.ts';

const COLLECTION = '/:root/collections/:collection';

export const taxiiRoutes = (hub: Hub): readonly Route[] => {
  const on = (
    method: Route['method'],
    path: string,
    section: string,
    name: string,
    summary: string,
    handle: (hub: Hub, call: Call) => Promise<Reply>,
    more: Partial<Route> = {},
  ): Route => ({
    method,
    path,
    section,
    name,
    summary,
    access: 'member',
    taxii: true,
    statuses: [method === 'POST' ? 202 : 200, 400, 401, 403, 404, 406],
    handle: (call) => handle(hub, call),
    ...more,
  });
  return [
    on('GET', '/taxii2/', '4.1', 'discovery', 'Server Discovery', discovery, {
      answer: schemas.DISCOVERY,
      statuses: [200, 401, 406],
    }),
    on('GET', '/:root/', '4.2', 'apiRoot', 'Get API Root Information', apiRoot, {
      answer: schemas.API_ROOT,
      statuses: [200, 401, 404, 406],
    }),
    on('GET', '/:root/status/:status/', '4.3', 'status', 'Get Status', status, {
      answer: schemas.STATUS,
      statuses: [200, 401, 404, 406],
    }),
    on('GET', '/:root/collections/', '5.1', 'collections', 'Get Collections', collections, {
      answer: schemas.COLLECTIONS,
      statuses: [200, 401, 404, 406],
    }),
    on('GET', `${COLLECTION}/`, '5.2', 'collection', 'Get a Collection', collection, {
      answer: schemas.COLLECTION,
      statuses: [200, 401, 404, 406],
    }),
    on('GET', `${COLLECTION}/manifest/`, '5.3', 'manifest', 'Get Object Manifests', manifest, {
      answer: schemas.MANIFEST,
      query: parametersOf('objects'),
    }),
    on('GET', `${COLLECTION}/objects/`, '5.4', 'objects', 'Get Objects', objects, {
      answer: schemas.ENVELOPE,
      query: parametersOf('objects'),
    }),
    on('POST', `${COLLECTION}/objects/`, '5.5', 'add', 'Add Objects', add, {
      answer: schemas.STATUS,
      takes: schemas.ENVELOPE_SENT,
      statuses: [202, 400, 401, 403, 404, 406, 413, 415, 422],
    }),
    on('GET', `${COLLECTION}/objects/:object/`, '5.6', 'object', 'Get an Object', object, {
      answer: schemas.ENVELOPE,
      query: parametersOf('object'),
    }),
    on('DELETE', `${COLLECTION}/objects/:object/`, '5.7', 'remove', 'Delete an Object', remove, {
      query: parametersOf('delete'),
    }),
    on(
      'GET',
      `${COLLECTION}/objects/:object/versions/`,
      '5.8',
      'versions',
      'Get Object Versions',
      versions,
      {
        answer: schemas.VERSIONS,
        query: parametersOf('versions'),
      },
    ),
  ];
};
