export { ZoneGrant } from './zone-grant';
export { type IIdentity, Principal, PrincipalType } from './principal';
