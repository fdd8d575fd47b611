export { type ApiRoute, apiRoutes } from './api-routes';
export { type Answered, ApiServer } from './api-server';
export { SecretWithoutFields, ServedSecrets, type ServedSecret, webhookOf } from './served-secrets';
