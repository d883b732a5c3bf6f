/** Shell functions that put rules in and take them out again, with nftables or with iptables. */
export const networkFunctions = `
# For each family that has rules: its iptables program and what it is given.
families() {
  [ -z "$restore4" ] || "$1" iptables "$restore4"
  [ -z "$restore6" ] || "$1" ip6tables "$restore6"
}
# Tried for real, but for the last step.
try_nft() {
  has nft || { why='there is no nft'; return 1; }
  why=$(printf '%s\\n' "$ruleset" | nft -c -f - 2>&1)
}
try_family() {
  has "$1-restore" || { why="there is no $1"; failed=yes; return; }
  # Listing needs the very permission that changing does.
  trial=$("$1" -w 5 -S OUTPUT 2>&1 && printf '%s\\n' "$2" | "$1-restore" --test --noflush 2>&1) ||
    { why=$(printf '%s' "$trial" | tail -n 2); failed=yes; }
}
try_iptables() { failed=; families try_family; [ -z "$failed" ]; }
choose() {
  case "$by" in
    nftables) try_nft && tool=nft || refuse "nftables cannot be used on this host: $why";;
    iptables) try_iptables && tool=iptables || refuse "iptables cannot be used on this host: $why";;
    *)
      if try_nft; then tool=nft
      else
        first=$why
        try_iptables && tool=iptables ||
          refuse "packets cannot be dropped on this host: nftables: $first; iptables: $why"
      fi;;
  esac
}
probe() {
  choose
  look
  [ -z "$seen" ] || refuse "this very fault is in already ($seen): heal it first"
  say origin "\${SSH_CONNECTION%% *}"
  for peer in $peers; do say target "network to $peer"; done
}
record() { printf '%s\\n' "$tool" >"$state/tool"; }
put_in() { failed=$(printf '%s\\n' "$2" | "$1-restore" -w 5 --noflush 2>&1) || broken "$1: $failed"; }
apply() {
  if [ "$tool" = nft ]; then
    failed=$(printf '%s\\n' "$ruleset" | nft -f - 2>&1) || broken "nft: $failed"
  else families put_in
  fi
  see
  [ -n "$seen" ] || broken "the rules were accepted, but reading them back shows nothing \${doubt}"
  for peer in $peers; do say ack "network to $peer" "$seen"; done
}
look_nft() {
  nft list table inet "$table" >/dev/null 2>&1 && { found "table inet $table"; return; }
  nft list tables >/dev/null 2>&1 || unsure "the rules of nftables cannot be read: $(nft list tables 2>&1 | head -n 1)"
}
look_family() {
  rules=$("$1" -w 5 -S 2>&1) || { unsure "the rules of $1 cannot be read: $rules"; return; }
  case "$rules" in *"$table"*) found "chain $table of $1";; esac
}
look() {
  seen= doubt= used=
  { read -r used <"$state/tool"; } 2>/dev/null
  # Without a note of which it was, each that is there is asked, and what is not there cannot have been used.
  case "$used" in
    nft) look_nft;;
    iptables) families look_family;;
    *)
      if has nft; then look_nft; fi
      if has iptables; then families look_family; fi
      # Nothing was put in by whoever may not even read, and had to read before anything was done.
      [ -n "$seen" ] || [ -e "$state" ] || doubt=;;
  esac
}
take_out_family() {
  for way in i o; do
    chain=INPUT; [ $way = i ] || chain=OUTPUT
    while "$1" -w 5 -D "$chain" -j "$table$way" 2>/dev/null; do :; done
    "$1" -w 5 -F "$table$way" 2>/dev/null
    "$1" -w 5 -X "$table$way" 2>/dev/null
  done
}
undo() {
  if has nft; then nft delete table inet "$table" 2>/dev/null; fi
  if has iptables; then families take_out_family; fi
}
`;
