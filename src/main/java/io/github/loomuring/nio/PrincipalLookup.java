package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;

/** Looks up users and groups by the platform, which may ask a server for them. */
final class PrincipalLookup extends UserPrincipalLookupService {
  private final UringFileSystem fileSystem;
  private final UserPrincipalLookupService platform;

  PrincipalLookup(UringFileSystem fileSystem, UserPrincipalLookupService platform) {
    this.fileSystem = fileSystem;
    this.platform = platform;
  }

  @Override
  public UserPrincipal lookupPrincipalByName(String name) throws IOException {
    return Calls.blocking(fileSystem, () -> platform.lookupPrincipalByName(name));
  }

  @Override
  public GroupPrincipal lookupPrincipalByGroupName(String group) throws IOException {
    return Calls.blocking(fileSystem, () -> platform.lookupPrincipalByGroupName(group));
  }
}
