package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;

/** The platform's lookup of users and groups, which may block to ask a server. */
final class UringUserPrincipalLookupService extends UserPrincipalLookupService {
  private final CallDispatcher dispatcher;
  private final UserPrincipalLookupService platform;

  UringUserPrincipalLookupService(CallDispatcher dispatcher, UserPrincipalLookupService platform) {
    this.dispatcher = dispatcher;
    this.platform = platform;
  }

  @Override
  public UserPrincipal lookupPrincipalByName(String name) throws IOException {
    return dispatcher.call(() -> platform.lookupPrincipalByName(name));
  }

  @Override
  public GroupPrincipal lookupPrincipalByGroupName(String group) throws IOException {
    return dispatcher.call(() -> platform.lookupPrincipalByGroupName(group));
  }
}
