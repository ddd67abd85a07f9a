package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.loomuring.internal.op.MemberList.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Members leave a list from any place, and are in one at a time. */
class MemberListTest {
  private final MemberList<Integer> list = new MemberList<>();

  private static List<Integer> chain(Member<Integer> first) {
    List<Integer> owners = new ArrayList<>();
    for (Member<Integer> member = first; member != null; ) {
      owners.add(member.owner());
      member = member.takeNext();
    }
    return owners;
  }

  private List<Member<Integer>> add(int count) {
    List<Member<Integer>> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(new Member<>(i));
      list.add(members.get(i));
    }
    return members;
  }

  @Test
  void membersLeaveFromAnyPlace() {
    List<Member<Integer>> members = add(5);
    assertThat(list.remove(members.get(2))).isTrue();
    assertThat(list.remove(members.get(0))).isTrue();
    assertThat(list.remove(members.get(4))).isTrue();
    assertThat(list.remove(members.get(4))).isFalse();
    assertThat(chain(list.detach())).containsExactly(1, 3);
    assertThat(list.isEmpty()).isTrue();
  }

  @Test
  void firstOneComesFirst() {
    add(2);
    assertThat(list.removeFirst().owner()).isEqualTo(0);
    assertThat(list.removeFirst().owner()).isEqualTo(1);
    assertThat(list.removeFirst()).isNull();
    assertThat(list.isEmpty()).isTrue();
  }

  @Test
  void memberIsInOneListAtATime() {
    Member<Integer> member = add(1).getFirst();
    MemberList<Integer> other = new MemberList<>();
    assertThat(other.remove(member)).isFalse();
    assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> other.add(member));
    list.remove(member);
    other.add(member);
    assertThat(other.removeFirst()).isSameAs(member);
  }

  @Test
  void detachedMembersAreInNoListAndCanBeAddedOnceTheChainHasPassedThem() {
    List<Member<Integer>> members = add(3);
    Member<Integer> first = list.detach();
    assertThat(members).noneMatch(list::remove);
    assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> list.add(first));
    Member<Integer> second = first.takeNext();
    list.add(first);
    assertThat(chain(second)).containsExactly(1, 2);
    assertThat(chain(list.detach())).containsExactly(0);
  }

  /** Against a list of the JDK's. */
  @Test
  void anyOrderOfCallsKeepsTheOrderOfMembers() {
    long seed = Long.getLong("loomuring.seed", System.nanoTime());
    Random random = new Random(seed);
    List<Member<Integer>> expected = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      if (expected.size() < 8 && random.nextBoolean()) {
        expected.add(new Member<>(i));
        list.add(expected.getLast());
      } else if (!expected.isEmpty() && random.nextInt(4) > 0) {
        Member<Integer> member = expected.remove(random.nextInt(expected.size()));
        assertThat(list.remove(member)).as("seed %s", seed).isTrue();
      } else if (random.nextInt(4) == 0) {
        List<Integer> owners = expected.stream().map(Member::owner).toList();
        assertThat(chain(list.detach())).as("seed %s", seed).isEqualTo(owners);
        expected.clear();
      }
      assertThat(list.isEmpty()).as("seed %s", seed).isEqualTo(expected.isEmpty());
    }
  }
}
