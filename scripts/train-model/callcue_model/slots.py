"""Fills the {slots} of the sentence files with names, numbers, places, dates and amounts.

Everything is written as it is spoken: digits are characters, one by one or as a number.
"""

import random
import re

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢"
    "傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷龙史陶贺顾毛郝龚邵万钱严武孔向汤"
)
DOUBLE_SURNAMES = ["欧阳", "司马", "上官", "诸葛"]
GIVEN_NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英华慧建国文平刚桂红玉兰志新海燕小雨晓春国庆天宇佳思婷子豪"
DIGITS = "零一二三四五六七八九"
COMPANIES = ["中铁物流集团"]
TITLES = ["先生", "女士"]
CITIES = (
    "北京 上海 广州 深圳 天津 重庆 成都 武汉 南京 杭州 西安 郑州 长沙 沈阳 青岛 济南 大连 厦门 昆明 合肥 "
    "苏州 福州 南宁 贵阳 太原 长春 石家庄 哈尔滨 兰州 海口"
).split()
STREETS = "人民路 中山路 解放路 建设路 和平路 新华路 北京路 长江路 文化路 学院路 火车站 东风路 南京路 花园路".split()
PLACES = "公司 学校 医院 银行 工厂 办公楼 市场 超市 酒店 幼儿园".split()
SPOTS = "门口 门卫 前台 物业 快递柜 楼下 超市 保安室 邻居家 一楼大厅 服务站 代收点".split()
GOODS = "衣服 手机 电脑 水果 茶叶 文件 书 家具 药品 电视 鞋 玻璃 行李 机器 零件 食品 礼物 灯 合同 样品".split()
TOPICS = "投诉 运费 赔偿 退货 查询快件 改地址 保价 发票 提货 取件 丢件 签收".split()
WEEKDAYS = [f"{week}{day}" for week in ("周", "星期") for day in "一二三四五六"] + ["周日", "星期天"]
DAYS = "今天 明天 后天 昨天 前天 下周 这周 大后天".split()
PARTS = "上午 下午 中午 晚上 早上".split()
SIGNERS = "本人 前台 门卫 家人 同事 物业 邻居".split()


def number(value: int) -> str:
    """A count from 0 to 99,999 as it is read out."""
    if value < 10:
        return DIGITS[value]
    for unit, name in ((10_000, "万"), (1_000, "千"), (100, "百"), (10, "十")):
        if value >= unit:
            head, rest = divmod(value, unit)
            lead = "" if name == "十" and head == 1 else number(head)
            if not rest:
                return lead + name
            gap = "零" if rest < unit // 10 else ""
            tail = number(rest)
            # After 百, 千 and 万 ten is said 一十.
            if unit > 10 and 10 <= rest < 20:
                tail = "一" + tail
            return lead + name + gap + tail
    raise ValueError(value)


def digits(generator: random.Random, count: int, one: str | None = None) -> str:
    one = one or generator.choice("一幺")
    return "".join(generator.choice(DIGITS) for _ in range(count)).replace("一", one)


class Slots:
    def __init__(self, generator: random.Random):
        self.generator = generator

    def fill(self, template: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda match: getattr(self, match[1])(), template)

    def company(self) -> str:
        return self.generator.choice(COMPANIES)

    def agent(self) -> str:
        return digits(self.generator, 4)

    def surname(self) -> str:
        if self.generator.random() < 0.06:
            return self.generator.choice(DOUBLE_SURNAMES)
        return self.generator.choice(SURNAMES)

    def title(self) -> str:
        return self.generator.choice(TITLES)

    def name(self) -> str:
        given = self.generator.choices(GIVEN_NAMES, k=self.generator.choice((1, 2, 2)))
        return self.surname() + "".join(given)

    def phone(self) -> str:
        one = self.generator.choice("幺幺一")
        second = self.generator.choice("三五八七九")
        return one + second + digits(self.generator, 9, one)

    def landline(self) -> str:
        return "零" + digits(self.generator, self.generator.choice((9, 10, 11)))

    def tracking(self) -> str:
        return digits(self.generator, self.generator.choice((8, 10, 12)))

    def tracking4(self) -> str:
        return digits(self.generator, 4)

    def date(self) -> str:
        month, day = self.generator.randint(1, 12), self.generator.randint(1, 31)
        return f"{number(month)}月{number(day)}{self.generator.choice('号日')}"

    def clock(self) -> str:
        hour = self.generator.randint(1, 12)
        minute = self.generator.choice(("", "", "半", number(self.generator.randint(11, 59)) + "分"))
        return ("两" if hour == 2 else number(hour)) + "点" + minute

    def day(self) -> str:
        pool = WEEKDAYS if self.generator.random() < 0.25 else DAYS
        return self.generator.choice(pool)

    def weekday(self) -> str:
        return self.generator.choice(WEEKDAYS)

    def part(self) -> str:
        return self.generator.choice(PARTS)

    def amount(self) -> str:
        value = self.generator.choice(
            (self.generator.randint(3, 99), self.generator.randint(100, 999), 100 * self.generator.randint(10, 90))
        )
        return number(value) + self.generator.choice(("元", "块", "块钱"))

    def weight(self) -> str:
        return number(self.generator.randint(3, 60)) + self.generator.choice(("公斤", "斤", "吨"))

    def count(self) -> str:
        value = self.generator.randint(1, 15)
        return "两" if value == 2 else number(value)

    def city(self) -> str:
        return self.generator.choice(CITIES)

    def street(self) -> str:
        return self.generator.choice(STREETS) + number(self.generator.randint(1, 300)) + "号"

    def building(self) -> str:
        return (
            number(self.generator.randint(1, 20))
            + self.generator.choice(("号楼", "栋"))
            + number(self.generator.randint(1, 6))
            + "单元"
            + digits(self.generator, self.generator.choice((3, 4)))
        )

    def address(self) -> str:
        head = self.city() + self.generator.choice(("市", ""))
        tail = self.generator.choice((self.street, self.building))()
        return self.generator.choice((head + tail, tail, head + self.street() + self.building()))

    def place(self) -> str:
        return self.city() + self.generator.choice(PLACES)

    def spot(self) -> str:
        return self.generator.choice(SPOTS)

    def goods(self) -> str:
        return self.generator.choice(GOODS)

    def topic(self) -> str:
        return self.generator.choice(TOPICS)

    def signer(self) -> str:
        return self.generator.choice(SIGNERS)
