  $ platter --version
  0.1.0
  $ platter --help | head -n 12
  Usage: platter <verb> [options] [file or folder...]
  
  Looks after virtual-machine disk images: shows what they are, checks, changes
  and converts them.
  
  Options:
    -V, --version  print the version
    -h, --help     explain
  
  Look:
    list           one line per image: format, sizes, snapshots, backing file, use
    info           all about an image
  $ platter help snapshot
  Usage: platter snapshot [options] <file> [action] [name] [new-name]
  
  List, create, apply, delete, rename or put back snapshots inside an image.
  
  Options:
    --id                    the name is the id of a snapshot
    --take <name>           with apply: keep the present state as this snapshot
                            first
    --keep <file>           with delete: keep the snapshot in this new file, so
                            that undo can put it back
    --whole                 with --keep: all of it, so that it comes back whatever
                            is written to the image meanwhile
    --dry-run               only say what it would come to
    --json                  the same as --output json
    --output <form>         how the answer is written (choices: "text", "json",
                            default: "text")
    --format <name>         take the files for this format instead of looking at
                            their first bytes (choices: "qcow2", "raw")
    --no-history            leave no entry in the history
    -h, --help              explain
  
  Options of every verb:
    --quiet                 no progress and no summary
    --progress              show progress even where stderr is no terminal
    --progress-fd <number>  write progress to this descriptor, one JSON object a
                            line
    --trace                 print every access to a file on stderr
    --debug                 print what is decided, and how long it takes, on
                            stderr
    --metrics <address>     serve Prometheus metrics there while it runs: 9090,
                            127.0.0.1:<number>
  
  Actions: list, which is meant when none is given; create NAME; apply NAME; delete NAME; rename NAME NEW;
  restore FILE, which puts back what delete --keep FILE kept.
  Applying loses the present state, unless --take keeps it, and deleting the snapshot, unless --keep does;
  --dry-run says what would be lost. A snapshot that is kept without --whole comes back only while nobody
  writes to the image.
  
  Examples:
    platter snapshot disk.qcow2
        what snapshots there are, and what each takes
    platter snapshot disk.qcow2 apply monday --take before
        goes back and can return
  $ platter help stream_decode > one; platter stream-decode --help > other; cmp one other
  $ platter completions bash | bash -n && echo fine
  fine
  $ platter man | sed -n 2,3p
  .SH NAME
  platter \- look after virtual\-machine disk images
  $ platter chek disk.qcow2
  platter: unknown command 'chek' (Did you mean check?)
  Run "platter help" for all verbs.
  [64]
  $ platter check --jsno disk.qcow2
  platter: unknown option '--jsno' (Did you mean --json?)
  Run "platter help check" for what it takes.
  [64]
  $ platter help chek
  platter: unknown command 'chek' (Did you mean check?)
  Run "platter help" for all verbs.
  [64]
  $ platter create a.qcow2 --sise 1G
  platter: unknown option '--sise' (Did you mean --size?)
  Run "platter help create" for what it takes.
  [64]
