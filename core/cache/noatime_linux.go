package cache

import "syscall"

// noAccessTime: reading leaves the time of the last use alone.
const noAccessTime = syscall.O_NOATIME
