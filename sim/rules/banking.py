"""Banking: hours served earn credits, credits pay for own or family's orders, can be given to elders, and can expire.

Family are those of the same household; the client's own account pays first. The ledger counts whole minutes, so that
outstanding = earned - redeemed - expired - lost with movers and the dead holds to the last digit, every week (oracle
E9). Trust in redemption follows the served share of paid orders.

Who may redeem is a rule of the bank: needs of elders only, by their own or family's credits; accounts that have earned
enough before (what was only given may be spent at once); and whoever trusts the bank little, applies less often.

Sources: huang2025 (A73), nanjing2020, gulou2018, hongkou2019
"""

from math import floor

from sim.engine.jit import compiled, law
from sim.mathematics.chance import key_of, stream, uniform
from sim.mathematics.odds import remembered
from sim.mathematics.sorting import highest
from sim.state.orders import DONE, KEPT, PLACED
from sim.state.phase import phase
from sim.state.residents import SENIOR_ELDER, YOUNGER_ELDER, who_takes_part

APPLY = stream("banking.apply")
GIVE = stream("banking.give")
NO_ONE = -1


@law
def credit_earned(hours, rate):
    """Minutes credited for hours served, at so many credit hours an hour; whole minutes."""
    return int(floor(60.0 * hours * rate + 0.5))


@law
def part_of(balance, share):
    """A share of a balance in whole minutes, rounded down."""
    return int(floor(balance * share)) if share < 1.0 else balance


@law
def may_be_paid_for(i, residents, levers, banking):
    """Whether somebody's needs can be paid for: they are old enough."""
    return residents.years[i] >= max(banking.redeem_age, levers.bank_redeem_age[0])


@law
def chance_of_applying(trust, by_trust):
    """Chance that credits are offered for an order: 1, or as much less as it depends on trust in the bank."""
    return 1.0 - by_trust * (1.0 - trust)


@law
def applies(o, key_apply, station, orders, levers, banking):
    """Whether a household that could pay for an order applies to do so."""
    by_trust = min(max(banking.apply_by_trust + levers.bank_by_trust[0], 0.0), 1.0)
    return uniform(key_apply, orders.key[o]) < chance_of_applying(station.trust[0], by_trust)


@law
def can_be_spent(i, residents, levers, banking):
    """Minutes of an account that can be spent: all of them, once enough was earned for it, or where all were gifts."""
    first = 60.0 * max(banking.own_hours_first, levers.bank_own_hours[0])
    return residents.balance[i] if residents.earned[i] == 0 or residents.earned[i] >= first else 0


@law
def owned_by_household(i, residents, households, levers, banking):
    """Minutes that a resident's household has on its accounts and can spend."""
    home, owned = residents.household[i], 0
    for member in range(households.first[home], households.first[home + 1]):
        owned += can_be_spent(member, residents, levers, banking)
    return owned


@law
def pays(minutes, client, residents, households, levers, banking):
    """Take minutes from the client's account and, where too few are there, the household's; returns what was paid."""
    paid = min(minutes, can_be_spent(client, residents, levers, banking))
    residents.balance[client] -= paid
    home = residents.household[client]
    for member in range(households.first[home], households.first[home + 1]):
        part = min(minutes - paid, can_be_spent(member, residents, levers, banking))
        residents.balance[member] -= part
        paid += part
    return paid


@law
def earns(v, hours, station, residents, count):
    """Hours served are credited to whoever served."""
    earned = credit_earned(hours, station.earning[0])
    residents.balance[v] += earned
    residents.earned[v] += earned
    count.bank[0] += earned


@phase
def credits_are_offered(station, residents, households, orders, kinds, levers, count, banking):
    """What an hour earns is told; whose household has the credits for an order offers them when it is placed."""
    station.earning[0] = max(banking.earning + levers.bank_earning[0], 0.0)
    # where nobody has a credit, nobody can offer one
    if banking.redemption == 0.0 or highest(residents.balance[:]) <= 0:
        return
    key_apply = key_of(station.seed[0], APPLY, station.week[0])
    for o in range(station.open_orders[0]):
        i = orders.client[o]
        is_new = orders.state[o] == PLACED and orders.placed[o] == station.week[0]
        if is_new and may_be_paid_for(i, residents, levers, banking):
            price = credit_earned(kinds.hours[orders.kind[o]], max(banking.price + levers.bank_price[0], 0.0))
            enough = price > 0 and owned_by_household(i, residents, households, levers, banking) >= price
            if enough and applies(o, key_apply, station, orders, levers, banking):
                orders.credit[o] = price
                count.requests[0] += 1


@phase
def hours_are_banked(station, residents, households, orders, kinds, levers, count, banking):
    """Service earns, paid orders redeem, a share is given to elders, a share expires; trust follows what was served."""
    paid_for, served = 0, 0
    for o in range(station.open_orders[0]):
        if orders.credit[o] > 0:
            paid_for += 1
            if orders.state[o] == KEPT and orders.served[o] == 1:
                # a case is paid for once, when it is taken on: its keeper goes on for nothing but the credits
                served += 1
                count.bank[1] += pays(orders.credit[o], orders.client[o], residents, households, levers, banking)
                orders.credit[o] = 0
        if orders.state[o] == DONE:
            if orders.credit[o] > 0:
                served += 1
                count.bank[1] += pays(orders.credit[o], orders.client[o], residents, households, levers, banking)
            if orders.server[o] >= 0 and station.earning[0] > 0.0:
                earns(orders.server[o], kinds.hours[orders.kind[o]], station, residents, count)
    if station.earning[0] > 0.0:
        for v in who_takes_part(residents, station):
            if residents.hours_kept[v] > 0.0:
                earns(v, residents.hours_kept[v], station, residents, count)
    if paid_for > 0:
        station.trust[0] = remembered(station.trust[0], served / paid_for, banking.trust_rate)
    giving, expiring = banking.giving + levers.bank_giving[0], banking.expiry + levers.bank_expiry[0]
    if giving > 0.0 or expiring > 0.0:
        elder = elder_to_be_given_to(station, residents) if giving > 0.0 else NO_ONE
        gifts = 0
        for i in range(residents.balance.size):
            if residents.balance[i] > 0:
                expires(i, expiring, residents, count)
                if elder != NO_ONE and residents.age[i] < YOUNGER_ELDER:
                    gifts += gives(i, giving, residents)
        if gifts > 0:
            residents.balance[elder] += gifts
            count.bank[4] += gifts


@law
def expires(i, share, residents, count):
    """A share of somebody's balance expires."""
    lost = part_of(residents.balance[i], min(max(share, 0.0), 1.0))
    residents.balance[i] -= lost
    count.bank[2] += lost


@law
def gives(i, share, residents):
    """Somebody gives a share of their balance; returns the minutes given."""
    gift = part_of(residents.balance[i], min(share, 1.0))
    residents.balance[i] -= gift
    return gift


@compiled
def elder_to_be_given_to(station, residents):
    """The elder of lowest keyed draw among those without credit, whoever needs it next; NO_ONE where there is none."""
    key = key_of(station.seed[0], GIVE, station.week[0])
    lucky, lowest = NO_ONE, 2.0
    for i in range(residents.key.size):
        if YOUNGER_ELDER <= residents.age[i] <= SENIOR_ELDER and residents.balance[i] == 0:
            u = uniform(key, residents.key[i])
            if u < lowest:
                lucky, lowest = i, u
    return lucky
