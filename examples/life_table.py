"""An actuary's life table: what a life insurance costs, and what moves its price.

The force of mortality at age x follows Gompertz and Makeham: accident + senescence * exp(ageing *
x). It is fitted to the deaths that were counted at each age, by Poisson likelihood. The premium of
an insurance follows from the table of survivors, year by year: paid in until retirement, paid out
at death. Its gradient says what a change of each assumption costs, the interest rate included.

    python -m examples.life_table
"""

import numpy as np
from scipy.optimize import minimize

import chainrule as cr

from .complex_step import complex_step, largest_difference

ISSUE, RETIREMENT, LAST = 35, 65, 110
SUM_INSURED = 100_000.0

ASSUMPTIONS = "accident", "senescence", "ageing", "interest"
#: About those of a population of today.
TODAY = np.array([5e-4, 2.2e-5, 0.1, 0.02])


def deaths_and_premium(accident, senescence, ageing, interest):
    """The deaths at each age among 1 alive at ISSUE, and the yearly net premium."""
    alive, discount = 1.0, 1.0
    paid_in, paid_out, deaths = 0.0, 0.0, []
    for age in range(ISSUE, LAST):
        force = accident + senescence * np.exp(ageing * (age + 0.5))
        dying = alive * (1.0 - np.exp(-force))
        if age < RETIREMENT:
            paid_in = paid_in + alive * discount
        paid_out = paid_out + dying * discount / np.sqrt(1.0 + interest)
        deaths.append(dying)
        alive = alive - dying
        discount = discount / (1.0 + interest)
    return deaths, SUM_INSURED * paid_out / paid_in


def premium(accident, senescence, ageing, interest):
    """What the insured pays each year."""
    return deaths_and_premium(accident, senescence, ageing, interest)[1]


def negative_log_likelihood(logarithms, lives, counted):
    """Of deaths counted by age among so many lives, up to a constant."""
    total = 0.0
    accident, senescence, ageing = np.exp(logarithms)
    for age, (exposed, died) in enumerate(zip(lives, counted, strict=True), ISSUE):
        expected = exposed * (accident + senescence * np.exp(ageing * (age + 0.5)))
        total = total + expected - died * np.log(expected)
    return total


def counts(lives_at_start=50_000):
    """Lives and deaths by age, of people who are observed from ISSUE to 99."""
    generator = np.random.default_rng(1825)  # Gompertz's year
    accident, senescence, ageing, _ = TODAY
    ages = np.arange(ISSUE, 100)
    force = accident + senescence * np.exp(ageing * (ages + 0.5))
    lives = np.round(lives_at_start * np.exp(-(np.cumsum(force) - force)))
    return lives, generator.poisson(lives * force).astype(float)


def main():
    """Fit the mortality; price the insurance; say what moves the price."""
    data = counts()
    start = np.log([1e-3, 1e-5, 0.12])
    value_and_grad = cr.value_and_grad(negative_log_likelihood)
    value, gradient = value_and_grad(start, *data)
    print(f"negative log-likelihood {value:.3f}, gradient {np.round(gradient, 3)}")
    by_step = complex_step(lambda x: negative_log_likelihood(x, *data), start)
    print(f"off complex step by {largest_difference([gradient], by_step):.1e}")

    fit = minimize(cr.jit(value_and_grad), start, data, jac=True, tol=1e-6)
    fitted = np.exp(fit.x)
    print(f"\nfitted in {fit.nit} steps; {'':>10}fitted{'':>6}true")
    for name, number, true in zip(ASSUMPTIONS, fitted, TODAY, strict=False):
        print(f"{name:>27} {number:12.3g} {true:10.3g}")

    assumptions = (*fitted, TODAY[3])
    price, slopes = cr.value_and_grad(premium, argnums=(0, 1, 2, 3))(*assumptions)
    print(f"\nto insure {SUM_INSURED:,.0f} from {ISSUE} on: {price:,.2f} a year; more by 1 % of")
    for name, assumption, slope in zip(ASSUMPTIONS, assumptions, slopes, strict=True):
        print(f"{name:>27} {0.01 * assumption * slope:+12.2f}")
    by_step = complex_step(premium, *assumptions)
    print(f"off complex step by {largest_difference(slopes, by_step):.1e}")


if __name__ == "__main__":
    main()
