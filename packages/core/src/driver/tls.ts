/** How a connection with a server is protected. */
export type TlsSettings = 'off' | 'prefer' | 'require' | 'verify' | TlsCertificates

/** Verified by certificates of one's own: each as PEM text, or as the path of a file of it. */
export interface TlsCertificates {
  /** Of who signed the server's certificate; those that Node knows where it is left out. */
  readonly ca?: string
  /** Ours, where the server asks for one, and its key. */
  readonly cert?: string
  readonly key?: string
  /** The name in the server's certificate, where that is not `host`. */
  readonly serverName?: string
}

/** How what goes to and fro is protected. */
export interface ConnectionSecurity {
  readonly encrypted: boolean
  /** Whether it was made sure that the server is the one that was meant. */
  readonly verified: boolean
  /** `TLSv1.3`; `null` in clear text. */
  readonly protocol: string | null
  readonly cipher: string | null
}
