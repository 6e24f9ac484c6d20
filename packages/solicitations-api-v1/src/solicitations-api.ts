import globalAxios, {
  type AxiosInstance,
  type AxiosPromise,
  type AxiosResponse,
  type RawAxiosRequestConfig,
} from 'axios';
import type {
  CreateProductReviewAndSellerFeedbackSolicitationResponse,
  GetSolicitationActionsForOrderResponse,
} from './models.js';

const BASE_PATH = 'https://sellingpartnerapi-na.amazon.com';

/** What of the generated clients' `Configuration` matters to these two operations. */
interface Configuration {
  basePath?: string;
  baseOptions?: RawAxiosRequestConfig;
}

interface RequestArgs {
  url: string;
  options: RawAxiosRequestConfig;
}

/** One operation on one order, ready to be sent by an axios instance to a base path. */
type RequestFunction<T> = (axios?: AxiosInstance, basePath?: string) => AxiosPromise<T>;

export interface SolicitationsApiGetSolicitationActionsForOrderRequest {
  readonly amazonOrderId: string;
  /** Exactly one: the marketplace in which the order was placed. */
  readonly marketplaceIds: Array<string>;
}

export interface SolicitationsApiCreateProductReviewAndSellerFeedbackSolicitationRequest {
  readonly amazonOrderId: string;
  /** Exactly one: the marketplace in which the order was placed. */
  readonly marketplaceIds: Array<string>;
}

class RequiredError extends Error {
  readonly field: string;

  constructor(field: string, operation: string) {
    super(`Required parameter ${field} was null or undefined when calling ${operation}.`);
    this.name = 'RequiredError';
    this.field = field;
  }
}

export const SolicitationsApiAxiosParamCreator = (configuration?: Configuration) => ({
  async createProductReviewAndSellerFeedbackSolicitation(
    amazonOrderId: string,
    marketplaceIds: Array<string>,
    options: RawAxiosRequestConfig = {},
  ): Promise<RequestArgs> {
    requireParameters('createProductReviewAndSellerFeedbackSolicitation', { amazonOrderId, marketplaceIds });
    const path = `${orderPath(amazonOrderId)}/solicitations/productReviewAndSellerFeedback`;
    // Amazon answers 415 to a POST with a body, and axios would declare a form on an empty one.
    const headers = { 'Content-Type': null, ...options.headers };
    return requestArgs('POST', path, marketplaceIds, configuration, { ...options, headers });
  },

  async getSolicitationActionsForOrder(
    amazonOrderId: string,
    marketplaceIds: Array<string>,
    options: RawAxiosRequestConfig = {},
  ): Promise<RequestArgs> {
    requireParameters('getSolicitationActionsForOrder', { amazonOrderId, marketplaceIds });
    return requestArgs('GET', orderPath(amazonOrderId), marketplaceIds, configuration, options);
  },
});

export const SolicitationsApiFp = (configuration?: Configuration) => {
  const paramCreator = SolicitationsApiAxiosParamCreator(configuration);
  return {
    async createProductReviewAndSellerFeedbackSolicitation(
      amazonOrderId: string,
      marketplaceIds: Array<string>,
      options?: RawAxiosRequestConfig,
    ): Promise<RequestFunction<CreateProductReviewAndSellerFeedbackSolicitationResponse>> {
      return requestFunction(
        await paramCreator.createProductReviewAndSellerFeedbackSolicitation(amazonOrderId, marketplaceIds, options),
        configuration,
      );
    },

    async getSolicitationActionsForOrder(
      amazonOrderId: string,
      marketplaceIds: Array<string>,
      options?: RawAxiosRequestConfig,
    ): Promise<RequestFunction<GetSolicitationActionsForOrderResponse>> {
      return requestFunction(
        await paramCreator.getSolicitationActionsForOrder(amazonOrderId, marketplaceIds, options),
        configuration,
      );
    },
  };
};

export const SolicitationsApiFactory = (configuration?: Configuration, basePath?: string, axios?: AxiosInstance) => {
  const fp = SolicitationsApiFp(configuration);
  return {
    async createProductReviewAndSellerFeedbackSolicitation(
      { amazonOrderId, marketplaceIds }: SolicitationsApiCreateProductReviewAndSellerFeedbackSolicitationRequest,
      options?: RawAxiosRequestConfig,
    ): Promise<AxiosResponse<CreateProductReviewAndSellerFeedbackSolicitationResponse>> {
      const request = await fp.createProductReviewAndSellerFeedbackSolicitation(amazonOrderId, marketplaceIds, options);
      return request(axios, basePath);
    },

    async getSolicitationActionsForOrder(
      { amazonOrderId, marketplaceIds }: SolicitationsApiGetSolicitationActionsForOrderRequest,
      options?: RawAxiosRequestConfig,
    ): Promise<AxiosResponse<GetSolicitationActionsForOrderResponse>> {
      const request = await fp.getSolicitationActionsForOrder(amazonOrderId, marketplaceIds, options);
      return request(axios, basePath);
    },
  };
};

/** Amazon's two operations, both on one order. They resolve on 2xx and reject with the instance's error otherwise. */
export class SolicitationsApi {
  protected basePath: string;
  protected axios: AxiosInstance;
  protected configuration: Configuration | undefined;

  constructor(configuration?: Configuration, basePath: string = BASE_PATH, axios: AxiosInstance = globalAxios) {
    this.configuration = configuration;
    this.basePath = configuration?.basePath ?? basePath;
    this.axios = axios;
  }

  /** Asks the buyer for a product review and seller feedback. Amazon takes this once per order, and has no idempotency key. */
  createProductReviewAndSellerFeedbackSolicitation(
    requestParameters: SolicitationsApiCreateProductReviewAndSellerFeedbackSolicitationRequest,
    options?: RawAxiosRequestConfig,
  ): Promise<AxiosResponse<CreateProductReviewAndSellerFeedbackSolicitationResponse>> {
    return SolicitationsApiFactory(
      this.configuration,
      this.basePath,
      this.axios,
    ).createProductReviewAndSellerFeedbackSolicitation(requestParameters, options);
  }

  /** What may be asked about this order now, under `_links.actions`. */
  getSolicitationActionsForOrder(
    requestParameters: SolicitationsApiGetSolicitationActionsForOrderRequest,
    options?: RawAxiosRequestConfig,
  ): Promise<AxiosResponse<GetSolicitationActionsForOrderResponse>> {
    return SolicitationsApiFactory(this.configuration, this.basePath, this.axios).getSolicitationActionsForOrder(
      requestParameters,
      options,
    );
  }
}

function orderPath(amazonOrderId: string): string {
  return `/solicitations/v1/orders/${encodeURIComponent(amazonOrderId)}`;
}

function requireParameters(operation: string, parameters: Record<string, unknown>): void {
  for (const [field, value] of Object.entries(parameters)) {
    if (value === null || value === undefined) throw new RequiredError(field, operation);
  }
}

function requestArgs(
  method: 'GET' | 'POST',
  path: string,
  marketplaceIds: Array<string>,
  configuration: Configuration | undefined,
  options: RawAxiosRequestConfig,
): RequestArgs {
  const query = new URLSearchParams({ marketplaceIds: marketplaceIds.join(',') });
  const baseOptions = configuration?.baseOptions;
  const headers = { Accept: 'application/hal+json', ...baseOptions?.headers, ...options.headers };
  return { url: `${path}?${query}`, options: { method, ...baseOptions, ...options, headers } };
}

function requestFunction<T>(
  { url, options }: RequestArgs,
  configuration: Configuration | undefined,
): RequestFunction<T> {
  return (axios = globalAxios, basePath = BASE_PATH) => {
    const base = axios.defaults.baseURL ? '' : (configuration?.basePath ?? basePath);
    return axios.request<T>({ ...options, url: base + url });
  };
}
