import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { isAbsolute, resolve } from 'node:path'
import type { SslOptions } from 'mysql2'
import { InvalidSettingsError } from '../../driver/opening-errors.ts'
import type { TlsCertificates, TlsSettings } from '../../driver/tls.ts'

/** What the driver is to do for TLS. */
export interface TlsPlan {
  /** `null`: clear text. */
  readonly ssl: SslOptions | null
  /** The name that the certificate is to have. */
  readonly serverName: string
  /** Whether clear text will do where the server says that it has no TLS. */
  readonly clearTextWillDo: boolean
}

/**
 * What a connection with `host` is to be. Where nothing is said, one that leaves this computer is encrypted. Throws
 * `invalid-settings` for certificates that cannot be read.
 */
export async function planTls(host: string, tls: TlsSettings | undefined): Promise<TlsPlan> {
  const wanted = tls ?? (isLocal(host) ? 'off' : 'require')
  const plan = { serverName: host, clearTextWillDo: false }
  if (typeof wanted === 'object') return { ...plan, ...(await withCertificates(host, wanted)) }
  switch (wanted) {
    case 'off':
      return { ...plan, ssl: null }
    case 'prefer':
      return { ...plan, ssl: { rejectUnauthorized: false }, clearTextWillDo: true }
    case 'require':
      return { ...plan, ssl: { rejectUnauthorized: false } }
    case 'verify':
      return { ...plan, ...(await withCertificates(host, {})) }
  }
}

/** What does not leave this computer. */
const isLocal = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/i.test(host)

async function withCertificates(
  host: string,
  { ca, cert, key, serverName = host }: TlsCertificates,
): Promise<Pick<TlsPlan, 'ssl' | 'serverName'>> {
  // Node would compare the certificate's name with `localhost`
  if (isIP(serverName)) {
    throw new InvalidSettingsError(
      `a certificate is verified by the name of its server, and \`${serverName}\` is an address. Give \`host\` as a name, or ` +
        "the name in the certificate as `tls: { serverName: 'db.lab.org' }`.",
    )
  }
  const [caText, certText, keyText] = await Promise.all([read('ca', ca), read('cert', cert), read('key', key)])
  return {
    ssl: {
      rejectUnauthorized: true,
      verifyIdentity: true,
      ...(caText !== null && { ca: caText }),
      ...(certText !== null && { cert: certText }),
      ...(keyText !== null && { key: keyText }),
    },
    serverName,
  }
}

async function read(name: keyof TlsCertificates, given: string | undefined): Promise<string | null> {
  if (given === undefined) return null
  if (given.includes('-----BEGIN')) return given
  const path = isAbsolute(given) ? given : resolve(given)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new InvalidSettingsError(`\`tls.${name}\` cannot be read from ${path}${why}. Give the path of a PEM file.`)
  })
  // what else is in the file may be a secret
  if (!text.includes('-----BEGIN')) throw new InvalidSettingsError(`\`tls.${name}\`: ${path} is no PEM file.`)
  return text
}
