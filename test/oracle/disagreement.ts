/** The product and the model disagree. */
export class Disagreement extends Error {}
