/** What is told of vaults: names and files, never a value. */
export const vaultEvents = {
  'vault.made': 'A vault was made.',
  'vault.trusted': 'Those who can read a vault were trusted; `fingerprint` stands for them.',
  'vault.recipients-changed': 'Others can read a vault than before; `recipients`: those who can now.',
  'vault.key-rotated': 'The user has a new key; `files` were encrypted anew for it.',
  'secret.set': 'The secrets `keys` were set in a vault.',
  'secret.unset': 'The secrets `keys` were taken out of a vault.',
  'secret.read': 'The secrets `keys` were read, all that are in view where `keys` is null.',
} as const satisfies Record<string, string>
