#include "cli/interface_address.h"

#include "base/address_scope.h"

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <unistd.h>

enum { DATAGRAM_MAX_BYTES = 64 * 1024, ANSWER_TIMEOUT_SECONDS = 5 };

/* ---- the choice ---- */

static struct address make_address(enum address_family family,
                                   const void *bytes)
{
    struct address address = {.family = family};

    memcpy(address.bytes, bytes, family == ADDRESS_IPV6 ? 16 : 4);
    return address;
}

/* What a message says of one address. */
struct entry {
    struct address address; /* ADDRESS_NONE: nothing that we could use */
    uint32_t flags;
};

/* On a point-to-point link IFA_ADDRESS is the other end, and IFA_LOCAL ours. */
static struct entry read_entry(const struct ifaddrmsg *message, size_t len,
                               enum address_family family)
{
    size_t size = family == ADDRESS_IPV6 ? 16 : 4;
    struct entry entry = {.flags = message->ifa_flags};
    const struct rtattr *attribute = IFA_RTA(message);
    bool local = false;

    len -= NLMSG_ALIGN(sizeof *message);
    for (; RTA_OK(attribute, len); attribute = RTA_NEXT(attribute, len)) {
        if (attribute->rta_type == IFA_FLAGS &&
            RTA_PAYLOAD(attribute) == sizeof entry.flags)
            memcpy(&entry.flags, RTA_DATA(attribute), sizeof entry.flags);
        if (RTA_PAYLOAD(attribute) != size)
            continue;
        if (attribute->rta_type == IFA_LOCAL)
            local = true;
        if (attribute->rta_type == IFA_LOCAL ||
            (attribute->rta_type == IFA_ADDRESS && !local))
            entry.address = make_address(family, RTA_DATA(attribute));
    }
    return entry;
}

static bool is_lasting(const struct entry *entry, enum address_family family)
{
    uint32_t unfit = IFA_F_DADFAILED | IFA_F_DEPRECATED | IFA_F_TENTATIVE;

    /* The kernel has one bit for both: "temporary" of IPv6, and "second of its
     * subnet" of IPv4. */
    if (family == ADDRESS_IPV6)
        unfit |= IFA_F_TEMPORARY;
    return entry->address.family != ADDRESS_NONE &&
           (entry->flags & unfit) == 0 && !address_is_internal(&entry->address);
}

static void consider(struct interface_choice *choice, const struct entry *entry)
{
    bool secondary = (entry->flags & IFA_F_SECONDARY) != 0;
    int order = memcmp(entry->address.bytes, choice->address.bytes,
                       sizeof entry->address.bytes);

    if (!is_lasting(entry, choice->family))
        return;
    if (choice->found && secondary != choice->secondary
            ? secondary
            : choice->found && order >= 0)
        return;
    choice->found = true;
    choice->secondary = secondary;
    choice->address = entry->address;
}

static void take_message(struct interface_choice *choice,
                         const struct nlmsghdr *header)
{
    int wanted = choice->family == ADDRESS_IPV6 ? AF_INET6 : AF_INET;
    const struct ifaddrmsg *message = NLMSG_DATA(header);
    struct entry entry;

    if (header->nlmsg_type == NLMSG_DONE)
        choice->complete = true;
    if (header->nlmsg_type == NLMSG_ERROR)
        choice->failed = true;
    if (header->nlmsg_type != RTM_NEWADDR ||
        header->nlmsg_len < NLMSG_LENGTH(sizeof *message) ||
        message->ifa_index != choice->index || message->ifa_family != wanted)
        return;
    entry = read_entry(message, NLMSG_PAYLOAD(header, 0), choice->family);
    consider(choice, &entry);
}

void interface_choice_feed(struct interface_choice *choice,
                           const void *messages, size_t len)
{
    const struct nlmsghdr *header = messages;

    for (; NLMSG_OK(header, len); header = NLMSG_NEXT(header, len))
        take_message(choice, header);
}

/* ---- the kernel ---- */

static bool ask(int fd)
{
    struct {
        struct nlmsghdr header;
        struct ifaddrmsg message;
    } request = {
        .header =
            {
                .nlmsg_len = NLMSG_LENGTH(sizeof request.message),
                .nlmsg_type = RTM_GETADDR,
                .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
            },
        .message = {.ifa_family = AF_UNSPEC},
    };
    struct timeval timeout = {.tv_sec = ANSWER_TIMEOUT_SECONDS};

    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) ==
               0 &&
           send(fd, &request, sizeof request, 0) == (ssize_t)sizeof request;
}

static bool listen_to(int fd, struct interface_choice *choice)
{
    static char datagram[DATAGRAM_MAX_BYTES]
        __attribute__((aligned(NLMSG_ALIGNTO)));

    while (!choice->complete && !choice->failed) {
        ssize_t len = recv(fd, datagram, sizeof datagram, 0);

        if (len < 0 && errno == EINTR)
            continue;
        if (len <= 0)
            return false;
        interface_choice_feed(choice, datagram, (size_t)len);
    }
    return !choice->failed;
}

enum status interface_address_find(const char *name, enum address_family family,
                                   struct address *out)
{
    struct interface_choice choice = {.family = family};
    bool heard;
    int fd;

    choice.index = if_nametoindex(name);
    if (choice.index == 0)
        return STATUS_INVALID;
    fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        return STATUS_UNAVAILABLE;
    heard = ask(fd) && listen_to(fd, &choice);
    close(fd);
    if (!heard)
        return STATUS_UNAVAILABLE;
    if (!choice.found)
        return STATUS_NOT_FOUND;
    *out = choice.address;
    return STATUS_OK;
}
