/** Names under which people keep secrets; samples of them (`.env.example`) hold none. */
const secret = [
  /^\.env(?:\..+)?$/,
  /^\.(?:netrc|pgpass|pypirc|htpasswd|git-credentials)$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|kdbx)$/i,
]
const sample = /\.(?:example|sample|template|dist|defaults?|schema)$/

/** Whether a file that git does not track looks like one that holds secrets, by its name. `path` is relative. */
export function looksSecret(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return !sample.test(name) && secret.some((pattern) => pattern.test(name))
}
