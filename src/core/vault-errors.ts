/** Failures of vaults and secrets; part of the one catalogue. */
export const vaultErrors = {
  VAULT_NOT_FOUND: { exit: 3, meaning: 'There is no vault here.', hint: 'berth vault init makes one' },
  VAULT_EXISTS: { exit: 4, meaning: 'There is a vault already.', hint: 'berth secret set adds to it' },
  VAULT_INVALID: {
    exit: 2,
    meaning: 'A vault file cannot be read.',
    hint: 'mend the lines named above, or take an older version of the file',
  },
  VAULT_UNTRUSTED: {
    exit: 4,
    meaning: 'Others can read the vault than when it was last used.',
    hint: 'if that is as it should be: berth vault trust',
  },
  VAULT_LOCKED: {
    exit: 4,
    meaning: 'No key of yours opens the vault.',
    hint: 'give somebody who can read it the key that berth secret key shows; they run berth vault recipients --add',
  },
  IDENTITY_INVALID: {
    exit: 2,
    meaning: 'A private key is none.',
    hint: 'expected AGE-SECRET-KEY-1…, as age-keygen makes it',
  },
  IDENTITY_UNSAFE: {
    exit: 4,
    meaning: 'Others can read the file with your private key.',
    hint: 'chmod 600 the file; if somebody may have read it, berth vault rotate',
  },
  RECIPIENT_INVALID: {
    exit: 2,
    meaning: 'A public key is none.',
    hint: 'expected age1…, as berth secret key shows it',
  },
  SECRET_NOT_FOUND: { exit: 3, meaning: 'No secret has this name.', hint: 'berth secret ls shows the names' },
  SECRET_INVALID: {
    exit: 2,
    meaning: 'A name or a value cannot be kept as a secret.',
    hint: 'a name is letters, digits and _, not beginning with a digit; a value is text without NUL bytes',
  },
  SECRET_EXPOSED: {
    exit: 4,
    meaning: 'A secret would be shown on a terminal.',
    hint: 'add --reveal, or pipe it to where it is needed',
  },
  IMPORT_FAILED: { exit: 2, meaning: 'A file with secrets could not be read.', hint: 'the lines above say why' },
} as const
