import { type ClientConfiguration, createAxiosInstance, type RateLimit } from '@sp-api-sdk/common';
import { SolicitationsApi } from './solicitations-api.js';

/** Amazon's default usage plans, per application and selling partner account. Requests per second. */
export const clientRateLimits: RateLimit[] = [
  { method: 'get', urlRegex: /^\/solicitations\/v1\/orders\/[^/]*$/, rate: 1, burst: 5 },
  {
    method: 'post',
    urlRegex: /^\/solicitations\/v1\/orders\/[^/]*\/solicitations\/productReviewAndSellerFeedback$/,
    rate: 1,
    burst: 5,
  },
];

export class SolicitationsApiClient extends SolicitationsApi {
  constructor(configuration: ClientConfiguration) {
    const { axios, endpoint } = createAxiosInstance(configuration, clientRateLimits);
    super({}, endpoint, axios);
  }
}
