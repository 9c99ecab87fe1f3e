"""What is run on a remote host for its own list: one POSIX shell script that only reads."""

SHELL = "sh -s"
"""The remote command; the script comes by its standard input, so that the login shell need not understand it."""

END = "end"

SCRIPT = r"""
PATH=$PATH:/usr/sbin:/sbin:/usr/bin:/bin
LC_ALL=C
export PATH LC_ALL
tables() {
    for table in tcp tcp6 udp udp6; do
        if [ -r "$2/$table" ]; then
            echo "== $1$table"
            awk 'NR == 1 || $4 == "0A" || $4 == "07"' "$2/$table" || cat "$2/$table"
        fi
    done
}
{
echo '== host'; uname -n
echo '== system'; uname -s
echo '== machine'; uname -m
echo '== clock'; date +%s
echo '== order'; printf '\001\000' | od -An -tx2
tables '' /proc/net
echo '== bindv6only'; cat /proc/sys/net/ipv6/bindv6only
if command -v ss >/dev/null; then
    echo '== ss'; ss -H -tulnpe || ss -tulnpe
elif [ ! -r /proc/net/tcp ]; then
    echo '== netstat'; netstat -anW || netstat -anl || netstat -an
fi
home=$(readlink /proc/self/ns/net)
others=$(ls -l /proc/[0-9]*/ns/net |
    awk -v home="$home" '$NF ~ /^net:/ && $NF != home { split($(NF - 2), path, "/"); print $NF, path[3] }' |
    sort -k 1,1 -k 2,2n)
if [ -n "$others" ]; then
    found=$(echo "$others" | while read -r space process; do
        [ "$space" = "$before" ] || tables "elsewhere $space $process " "/proc/$process/net"
        before=$space
    done)
    echo "$found"
    echo '== holders'
    {
        echo "$found" | awk '$1 ~ /:$/ { print "wanted", $10 }'
        echo "$others" | sed 's|.* \(.*\)|/proc/\1/fd|' | xargs ls -l /proc/self/fd
    } | awk '$1 == "wanted" { wanted["socket:[" $2 "]"] }
        /^\/proc\// { split($1, path, "/") }
        $NF in wanted { print path[3], $NF }'
    echo '== programs'
    echo "$others" | sed 's|.* \(.*\)|/proc/\1/comm|' | xargs grep . /dev/null
fi
echo '== users'; cut -d: -f1,3 /etc/passwd
echo '== addresses'; ip -o addr || ifconfig -a || cat /proc/net/fib_trie /proc/net/if_inet6
echo '== end'
} </dev/null 2>/dev/null
"""
"""Prints sections, each under a line ``== NAME``; what a host does not have leaves its section out or empty.

The tables are filtered there, to listeners: all of 55,000 sockets would be 8 MB.
"""


def sections(text: str) -> dict[str, str]:
    """The sections by name; what stands before the first, such as a greeting, is left out."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith("== "):
            lines = found.setdefault(line[3:].strip(), [])
        else:
            lines.append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}
