// Owned by the lowering pass: see lower.ts.
export interface Select { readonly todo?: never }
