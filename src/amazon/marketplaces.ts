/** Amazon's selling regions; an account, its token and its limits belong to one. */
export type Region = 'na' | 'eu' | 'fe';

export interface Marketplace {
  /** Amazon's country code: `UK`, not ISO's GB. */
  readonly code: string;
  readonly id: string;
  readonly region: Region;
  /** IANA zone for "a sensible hour" only; the window is reckoned in UTC. */
  readonly zone: string;
}

/**
 * Ids and regions: Amazon, developer-docs "Marketplace IDs". Zones are our choice; where a country has several, the one
 * nearest the middle of its buyers.
 */
export const marketplaces: readonly Marketplace[] = [
  { code: 'CA', id: 'A2EUQ1WTGCTBG2', region: 'na', zone: 'America/Toronto' },
  { code: 'US', id: 'ATVPDKIKX0DER', region: 'na', zone: 'America/Chicago' },
  { code: 'MX', id: 'A1AM78C64UM0Y8', region: 'na', zone: 'America/Mexico_City' },
  { code: 'BR', id: 'A2Q3Y263D00KWC', region: 'na', zone: 'America/Sao_Paulo' },
  { code: 'IE', id: 'A28R8C7NBKEWEA', region: 'eu', zone: 'Europe/Dublin' },
  { code: 'ES', id: 'A1RKKUPIHCS9HS', region: 'eu', zone: 'Europe/Madrid' },
  { code: 'UK', id: 'A1F83G8C2ARO7P', region: 'eu', zone: 'Europe/London' },
  { code: 'FR', id: 'A13V1IB3VIYZZH', region: 'eu', zone: 'Europe/Paris' },
  { code: 'BE', id: 'AMEN7PMS3EDWL', region: 'eu', zone: 'Europe/Brussels' },
  { code: 'NL', id: 'A1805IZSGTT6HS', region: 'eu', zone: 'Europe/Amsterdam' },
  { code: 'DE', id: 'A1PA6795UKMFR9', region: 'eu', zone: 'Europe/Berlin' },
  { code: 'IT', id: 'APJ6JRA9NG5V4', region: 'eu', zone: 'Europe/Rome' },
  { code: 'SE', id: 'A2NODRKZP88ZB9', region: 'eu', zone: 'Europe/Stockholm' },
  { code: 'ZA', id: 'AE08WJ6YKNBMC', region: 'eu', zone: 'Africa/Johannesburg' },
  { code: 'PL', id: 'A1C3SOZRARQ6R3', region: 'eu', zone: 'Europe/Warsaw' },
  { code: 'EG', id: 'ARBP9OOSHTCHU', region: 'eu', zone: 'Africa/Cairo' },
  { code: 'TR', id: 'A33AVAJ2PDY3EV', region: 'eu', zone: 'Europe/Istanbul' },
  { code: 'SA', id: 'A17E79C6D8DWNP', region: 'eu', zone: 'Asia/Riyadh' },
  { code: 'AE', id: 'A2VIGQ35RCS4UG', region: 'eu', zone: 'Asia/Dubai' },
  { code: 'IN', id: 'A21TJRUUN4KGV', region: 'eu', zone: 'Asia/Kolkata' },
  { code: 'SG', id: 'A19VAU5U5O7RUS', region: 'fe', zone: 'Asia/Singapore' },
  { code: 'AU', id: 'A39IBJ37TRP1C6', region: 'fe', zone: 'Australia/Sydney' },
  { code: 'JP', id: 'A1VC38T7YXB528', region: 'fe', zone: 'Asia/Tokyo' },
];

export function marketplaceByCode(code: string): Marketplace | undefined {
  return marketplaces.find((marketplace) => marketplace.code === code);
}

export function marketplaceById(id: string): Marketplace | undefined {
  return marketplaces.find((marketplace) => marketplace.id === id);
}
