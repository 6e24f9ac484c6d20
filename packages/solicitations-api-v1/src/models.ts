/** A HAL link. */
export interface LinkObject {
  href: string;
  name?: string;
}

export interface SolicitationsAction {
  name: string;
}

export interface ModelError {
  code: string;
  message: string;
  details?: string;
}

export interface GetSolicitationActionsForOrderResponse {
  _links?: GetSolicitationActionsForOrderResponseLinks;
  _embedded?: GetSolicitationActionsForOrderResponseEmbedded;
  /** The global `Error`, as the published package has it by a slip of its generator; the entries really are `ModelError`s. */
  errors?: Array<Error>;
}

export interface GetSolicitationActionsForOrderResponseLinks {
  self: LinkObject;
  /** What may be asked about this order now. */
  actions: Array<LinkObject>;
}

export interface GetSolicitationActionsForOrderResponseEmbedded {
  actions: Array<GetSolicitationActionResponse>;
}

export interface GetSolicitationActionResponse {
  _links?: GetSolicitationActionResponseLinks;
  _embedded?: GetSolicitationActionResponseEmbedded;
  payload?: SolicitationsAction;
  errors?: Array<Error>;
}

/** Amazon's own example answer lacks the `self` that its model requires. */
export interface GetSolicitationActionResponseLinks {
  self: LinkObject;
  schema: LinkObject;
}

export interface GetSolicitationActionResponseEmbedded {
  schema?: GetSchemaResponse;
}

export interface GetSchemaResponse {
  _links?: GetSchemaResponseLinks;
  payload?: { [key: string]: object };
  errors?: Array<Error>;
}

export interface GetSchemaResponseLinks {
  self: LinkObject;
}

export interface CreateProductReviewAndSellerFeedbackSolicitationResponse {
  errors?: Array<Error>;
}
