"""Banking: hours served earn credits, credits pay for own or family's orders, can be given to elders, and can expire.

Family are those of the same household; the client's own account pays first. The ledger counts whole minutes, so that
outstanding = earned - redeemed - expired - lost with movers holds to the last digit, every week (oracle E9). Trust in
redemption follows the served share of paid orders.

Sources: huang2025 (A73), nanjing2020
"""

from math import floor

from sim.chance import key_of, stream, uniform
from sim.law import compiled, law
from sim.odds import remembered
from sim.order import highest
from sim.orders import DONE, PLACED
from sim.phase import phase
from sim.residents import YOUNGER_ELDER

GIVE = stream("banking.give")


@law
def credit_earned(hours, rate):
    """Minutes credited for hours served, at so many credit hours an hour; whole minutes."""
    return int(floor(60.0 * hours * rate + 0.5))


@law
def part_of(balance, share):
    """A share of a balance in whole minutes, rounded down."""
    return int(floor(balance * share)) if share < 1.0 else balance


@compiled
def _pay(minutes, client, household, household_first, balance):
    """Take so many minutes from the client's account and, where that is not enough, from those of the household; what was paid."""
    paid = min(minutes, balance[client])
    balance[client] -= paid
    for member in range(household_first[household[client]], household_first[household[client] + 1]):
        part = min(minutes - paid, balance[member])
        balance[member] -= part
        paid += part
    return paid


@phase(writes=("order_credit", "count_requests"))
def credits_are_offered(week, household, household_first, balance, open_orders, order_state, order_client, order_placed, order_kind, order_credit, kind_hours, bank_price,
                        count_requests, banking):
    """Whose household has the credits for an order offers them when it is placed."""
    banking = banking[0]
    # where nobody has a credit, nobody can offer one
    if banking.redemption == 0.0 or highest(balance) <= 0:
        return
    for o in range(open_orders[0]):
        if order_state[o] == PLACED and order_placed[o] == week[0]:
            price = credit_earned(kind_hours[order_kind[o]], max(banking.price + bank_price[0], 0.0))
            if price > 0:
                home, owned = household[order_client[o]], 0
                for member in range(household_first[home], household_first[home + 1]):
                    owned += balance[member]
                if owned >= price:
                    order_credit[o] = price
                    count_requests[0] += 1


@phase(writes=("balance", "trust", "count_bank"))
def hours_are_banked(seed, week, key, household, household_first, age, balance, trust, open_orders, order_state, order_client, order_server, order_kind, order_credit, order_placed, kind_hours,
                     bank_earning, bank_giving, bank_expiry, count_bank, banking):
    """Service earns, paid orders redeem, a share is given to elders, a share expires; trust follows what was served."""
    banking = banking[0]
    rate = banking.earning + bank_earning[0]
    asked_for, served = 0, 0
    for o in range(open_orders[0]):
        client, server = order_client[o], order_server[o]
        if order_credit[o] > 0:
            asked_for += 1
        if order_state[o] != DONE:
            continue
        if order_credit[o] > 0:
            served += 1
            count_bank[1] += _pay(order_credit[o], client, household, household_first, balance)
        if server >= 0 and rate > 0.0:
            earned = credit_earned(kind_hours[order_kind[o]], rate)
            balance[server] += earned
            count_bank[0] += earned
    if asked_for > 0:
        trust[0] = remembered(trust[0], served / asked_for, banking.trust_rate)
    giving, expiring = banking.giving + bank_giving[0], banking.expiry + bank_expiry[0]
    if giving <= 0.0 and expiring <= 0.0:
        return
    # gifts of this week go to the elder of lowest keyed draw among those without credit: whoever needs them next
    key_give = key_of(seed[0], GIVE, week[0])
    gifts, lucky, lowest = 0, -1, 2.0
    for i in range(key.size):
        if giving > 0.0 and age[i] >= YOUNGER_ELDER and age[i] <= YOUNGER_ELDER + 1 and balance[i] == 0:
            u = uniform(key_give, key[i])
            if u < lowest:
                lucky, lowest = i, u
    for i in range(key.size):
        if balance[i] > 0:
            lost = part_of(balance[i], min(max(expiring, 0.0), 1.0))
            balance[i] -= lost
            count_bank[2] += lost
            if giving > 0.0 and lucky >= 0 and age[i] < YOUNGER_ELDER:
                gift = part_of(balance[i], min(giving, 1.0))
                balance[i] -= gift
                gifts += gift
    if gifts > 0:
        balance[lucky] += gifts
        count_bank[4] += gifts
