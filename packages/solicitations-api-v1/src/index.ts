export { clientRateLimits, SolicitationsApiClient } from './client.js';
export type * from './models.js';
export {
  SolicitationsApi,
  SolicitationsApiAxiosParamCreator,
  type SolicitationsApiCreateProductReviewAndSellerFeedbackSolicitationRequest,
  SolicitationsApiFactory,
  SolicitationsApiFp,
  type SolicitationsApiGetSolicitationActionsForOrderRequest,
} from './solicitations-api.js';
