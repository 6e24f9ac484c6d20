import { SellingPartnerApiAuth } from '@sp-api-sdk/auth';
import type { ClientConfiguration } from '@sp-api-sdk/common';
import { OrdersApiClient } from '@sp-api-sdk/orders-api-2026-01-01';
import { SolicitationsApiClient } from '@sp-api-sdk/solicitations-api-v1';
import type { AccountTrouble } from '../policy/outcome.js';
import type { TokenSource } from './access-token.js';
import type { LwaCredentials } from './token-service.js';

/** Thrown inside an SDK client, between its interceptor and our call of it. */
export class NoToken extends Error {
  readonly trouble: AccountTrouble;

  constructor(trouble: AccountTrouble) {
    super(`no access token: ${trouble}`);
    this.trouble = trouble;
  }
}

/** Lets the SDK's clients take their token from our source, which has it at hand before a call begins. */
export class TokenFromSource extends SellingPartnerApiAuth {
  readonly #source: TokenSource;

  constructor(credentials: LwaCredentials, source: TokenSource) {
    super(credentials);
    this.#source = source;
  }

  override async getAccessToken(): Promise<string> {
    const state = await this.#source.ready();
    if (state.kind === 'account-trouble') throw new NoToken(state.trouble);
    return state.token;
  }
}

/** The SDK knows Amazon's hosts only; `endpoint` is another origin in their place. */
export class OrdersClient extends OrdersApiClient {
  constructor(configuration: ClientConfiguration, endpoint: string | null) {
    super(configuration);
    if (endpoint !== null) this.basePath = endpoint;
  }
}

/** As {@link OrdersClient}. */
export class SolicitationsClient extends SolicitationsApiClient {
  constructor(configuration: ClientConfiguration, endpoint: string | null) {
    super(configuration);
    if (endpoint !== null) this.basePath = endpoint;
  }
}
