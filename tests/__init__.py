"""What several directories of tests share: namespaces, scans, seeds."""
