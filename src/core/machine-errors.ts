/** Failures of the way to another machine. Spread into the catalogue. */
export const machineErrors = {
  MACHINE_NOT_CONNECTED: { exit: 6, meaning: 'The machine is not connected.', hint: 'berth connect it first' },
  MACHINE_UNREACHABLE: {
    exit: 6,
    meaning: 'The machine does not answer over SSH.',
    hint: 'see that it runs and that the network reaches it',
  },
  SSH_AUTH_FAILED: {
    exit: 6,
    meaning: 'The machine did not let us in over SSH.',
    hint: 'ssh there by hand first; a key with a passphrase has to be in the agent: ssh-add',
  },
  SSH_CONFIG_INVALID: {
    exit: 2,
    meaning: 'ssh does not accept its own configuration file.',
    hint: 'mend the line it names; ssh -G HOST shows the same complaint',
  },
  HOST_KEY_UNKNOWN: {
    exit: 4,
    meaning: 'The machine has an SSH host key that nobody has accepted yet.',
    hint: 'compare the fingerprint, then berth connect it with --accept-host-key FINGERPRINT',
  },
  HOST_KEY_CHANGED: {
    exit: 4,
    meaning: 'The machine shows another SSH host key than the one that was accepted.',
    hint: 'somebody may be in between; if the machine was set up anew: ssh-keygen -R HOST, then connect again',
  },
  MACHINE_EXISTS: {
    exit: 4,
    meaning: 'Another machine is connected under this name.',
    hint: 'choose another --name, or disconnect the other one first',
  },
  MACHINE_IN_USE: {
    exit: 4,
    meaning: 'The machine still has envs, so Berth cannot go from it.',
    hint: 'berth destroy them first',
  },
  TUNNEL_BLOCKED: {
    exit: 6,
    meaning: 'Nothing comes through the tunnel to the machine; names of it go over SSH.',
    hint: "let WireGuard's UDP port in through the machine's firewall, or have the tailnet approve its routes",
  },
  TAILSCALE_NOT_READY: {
    exit: 1,
    meaning: 'Tailscale does not run, is logged out, or is in another tailnet.',
    hint: 'tailscale up; without --tunnel names work over SSH',
  },
  TUNNEL_REFUSED: {
    exit: 4,
    meaning: 'What the machine says of its end of the tunnel, or what it was asked for, cannot be right.',
    hint: 'leave out --tunnel: names work over SSH',
  },
  TUNNEL_FAILED: {
    exit: 1,
    meaning: 'A step of setting up the tunnel failed; names of the machine go over SSH.',
    hint: 'the message is what the program said',
  },
  MACHINE_IS_LOCAL: {
    exit: 4,
    meaning: 'The machine named is this one.',
    hint: 'leave out --on: what is done without it is done here',
  },
} as const
