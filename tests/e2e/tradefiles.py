"""Trade files for the tests of the command line: the public ones, and a small one of our own."""

from pathlib import Path

DATA = Path(__file__).parents[3] / "shared" / "data"

HEADER = (
    "tradeId,lender,borrower,cusip,tradeDate,settlementDate,collateralQuantity,price,term,"
    "repoRate,startAmount,endAmount,currency\n"
)
RING = HEADER + (
    "1,Citi,HSBC,CUSIP1,2018-06-25,2018-06-28,1000000,95,26,5.8,950000,1045000,USD\n"
    "2,HSBC,Barclays,CUSIP1,2018-06-25,2018-06-28,500000,95,25,5.8,475000,476913.19,USD\n"
    "3,Barclays,Citi,CUSIP2,2018-06-25,2018-06-30,300000,80,1,5.8,240000,240038.67,USD\n"
)
